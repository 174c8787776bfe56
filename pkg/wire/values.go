package wire

// The values that travel over XML-RPC, as Go types:
//
//	int, i4, i8        int (saturating at the type's range)
//	boolean            bool
//	string, untyped    string
//	double             float64
//	dateTime.iso8601   time.Time (in UTC: the format carries no zone)
//	base64             string when decoded (any bytes), []byte when encoded
//	array              []any
//	struct             map[string]any when decoded; map[string]any or Struct when encoded
//	nil                nil
//
// The encoder takes the records of this package, slices of them, []string,
// []int and every named or nested type made of the above as well.

// Member is one member of a Struct.
type Member struct {
	Name  string
	Value any
}

// Struct is an XML-RPC struct whose members are written in this order. Use it
// for results that a reader looks at; a map[string]any is written sorted by
// name.
type Struct []Member

// Limits of DecodeCall. They bound the memory that one call can take; a system
// that needs more is sending something other than a call.
const (
	// MaxCallBytes is the longest call accepted, in bytes.
	MaxCallBytes = 8 << 20
	// MaxCallElements is the largest number of XML elements accepted in a call.
	MaxCallElements = 1 << 19
	// MaxCallDepth is the deepest nesting of XML elements accepted in a call. A
	// value takes one level, an array two more and a struct three more.
	MaxCallDepth = 256
)

// The range of an XML-RPC int.
const (
	maxInt32 = 1<<31 - 1
	minInt32 = -1 << 31
)
