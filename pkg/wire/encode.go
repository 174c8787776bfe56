package wire

import (
	"encoding/base64"
	"slices"
	"strconv"
	"time"
)

const (
	responseHead = "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"
	responseTail = "</param>\n</params>\n</methodResponse>\n"
	faultHead    = "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n"
	faultTail    = "</fault>\n</methodResponse>\n"
)

// AppendResponse appends a whole method response with the result v to dst. The
// text is laid out as Python's xmlrpc.client writes it, line by line. See
// Struct and AppendText for what v may be and how odd text is written; an
// integer beyond 32 bits is written as i8, nil as nil. A *Fault inside v (in
// the results of system.multicall) becomes a struct; a *Fault as v itself
// yields a fault response.
func AppendResponse(dst []byte, v any) []byte {
	if f, ok := v.(*Fault); ok {
		return AppendFault(dst, f)
	}
	dst = append(dst, responseHead...)
	dst = appendValue(dst, v)
	return append(dst, responseTail...)
}

// AppendFault appends a whole fault response to dst.
func AppendFault(dst []byte, f *Fault) []byte {
	dst = append(dst, faultHead...)
	dst = appendFaultStruct(dst, f)
	return append(dst, faultTail...)
}

// appendValue appends <value>...</value> and a newline.
func appendValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "<value><nil/></value>\n"...)
	case string:
		return appendString(dst, v)
	case bool:
		return appendBool(dst, v)
	case int:
		return appendInt(dst, int64(v))
	case int64:
		return appendInt(dst, v)
	case float64:
		return appendFloat(dst, v)
	case FaultCode:
		return appendInt(dst, int64(v))
	case []byte:
		return appendBase64(dst, v)
	case time.Time:
		return appendTime(dst, v)
	}
	return appendCompound(dst, v)
}

func appendCompound(dst []byte, v any) []byte {
	switch v := v.(type) {
	case []any:
		return appendArray(dst, v, appendValue)
	case []string:
		return appendArray(dst, v, appendString)
	case []int:
		return appendArray(dst, v, func(dst []byte, n int) []byte { return appendInt(dst, int64(n)) })
	case map[string]any:
		return appendMap(dst, v)
	case Struct:
		return appendStruct(dst, v)
	case []Struct:
		return appendArray(dst, v, appendStruct)
	case ProcessInfo:
		return appendProcessInfo(dst, &v)
	case *ProcessInfo:
		return appendProcessInfo(dst, v)
	case []ProcessInfo:
		return appendProcessInfos(dst, v)
	case ProcessStatus:
		return appendProcessStatus(dst, &v)
	case []ProcessStatus:
		return appendProcessStatuses(dst, v)
	case *Fault:
		return appendFaultStruct(dst, v)
	}
	return appendReflected(dst, v)
}

func appendString(dst []byte, s string) []byte {
	dst = append(dst, "<value><string>"...)
	dst = AppendText(dst, s)
	return append(dst, "</string></value>\n"...)
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, "<value><boolean>1</boolean></value>\n"...)
	}
	return append(dst, "<value><boolean>0</boolean></value>\n"...)
}

func appendInt(dst []byte, n int64) []byte {
	if n < minInt32 || n > maxInt32 {
		dst = append(dst, "<value><i8>"...)
		dst = strconv.AppendInt(dst, n, 10)
		return append(dst, "</i8></value>\n"...)
	}
	dst = append(dst, "<value><int>"...)
	dst = strconv.AppendInt(dst, n, 10)
	return append(dst, "</int></value>\n"...)
}

func appendFloat(dst []byte, f float64) []byte {
	dst = append(dst, "<value><double>"...)
	dst = appendDouble(dst, f)
	return append(dst, "</double></value>\n"...)
}

func appendTime(dst []byte, t time.Time) []byte {
	dst = append(dst, "<value><dateTime.iso8601>"...)
	dst = t.AppendFormat(dst, timeLayout)
	return append(dst, "</dateTime.iso8601></value>\n"...)
}

// base64Line is the number of bytes that make a line of 76 characters.
const base64Line = 57

func appendBase64(dst, data []byte) []byte {
	dst = append(dst, "<value><base64>\n"...)
	for chunk := range slices.Chunk(data, base64Line) {
		dst = base64.StdEncoding.AppendEncode(dst, chunk)
		dst = append(dst, '\n')
	}
	return append(dst, "</base64></value>\n"...)
}

func appendArray[T any](dst []byte, list []T, appendOne func([]byte, T) []byte) []byte {
	dst = append(dst, arrayHead...)
	for _, v := range list {
		dst = appendOne(dst, v)
	}
	return append(dst, arrayTail...)
}

const (
	arrayHead  = "<value><array><data>\n"
	arrayTail  = "</data></array></value>\n"
	structHead = "<value><struct>\n"
	structTail = "</struct></value>\n"
)

func appendMember(dst []byte, name string) []byte {
	dst = append(dst, "<member>\n<name>"...)
	dst = AppendText(dst, name)
	return append(dst, "</name>\n"...)
}

func appendStruct(dst []byte, s Struct) []byte {
	dst = append(dst, structHead...)
	for _, m := range s {
		dst = appendMember(dst, m.Name)
		dst = appendValue(dst, m.Value)
		dst = append(dst, "</member>\n"...)
	}
	return append(dst, structTail...)
}

func appendMap(dst []byte, m map[string]any) []byte {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	dst = append(dst, structHead...)
	for _, name := range names {
		dst = appendMember(dst, name)
		dst = appendValue(dst, m[name])
		dst = append(dst, "</member>\n"...)
	}
	return append(dst, structTail...)
}

func appendFaultStruct(dst []byte, f *Fault) []byte {
	dst = append(dst, structHead...)
	dst = appendIntMember(dst, "faultCode", int64(f.Code))
	dst = appendStringMember(dst, "faultString", f.Text)
	return append(dst, structTail...)
}
