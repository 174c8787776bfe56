package event

import (
	"io"
	"strconv"
)

// Writer is a listener's end of the protocol: it writes the listener's answers
// to its standard output, each by one call of Write. Nothing else may be written
// there.
type Writer struct{ out io.Writer }

// NewWriter returns a Writer to out.
func NewWriter(out io.Writer) *Writer { return &Writer{out} }

// Ready tells that the listener waits for a notification.
func (w *Writer) Ready() error { return w.write([]byte("READY\n")) }

// OK tells that the notification was handled.
func (w *Writer) OK() error { return w.Result([]byte("OK")) }

// Fail tells that the notification was not handled: it is to be sent again.
func (w *Writer) Fail() error { return w.Result([]byte("FAIL")) }

// Result answers a notification. Any result but "OK" rejects it.
func (w *Writer) Result(data []byte) error { return w.write(AppendResult(nil, data)) }

func (w *Writer) write(data []byte) error {
	_, err := w.out.Write(data)
	return err
}

// AppendResult appends a result as it goes over the wire.
func AppendResult(dst, data []byte) []byte {
	dst = append(dst, "RESULT "...)
	dst = strconv.AppendInt(dst, int64(len(data)), 10)
	dst = append(dst, '\n')
	return append(dst, data...)
}
