package api

import (
	"strconv"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// signalNumber reads the signal argument of a call: a number, a number as text,
// or a name, as in stopsignal=.
func signalNumber(arg any) (int, *wire.Fault) {
	name, ok := arg.(string)
	if !ok {
		n, err := integer(arg)
		if err != nil {
			return 0, incorrectParameters
		}
		name = strconv.FormatInt(n, 10)
	}
	n, err := config.ParseSignal(name)
	if err != nil {
		shown, _ := scalarText(arg)
		return 0, &wire.Fault{Code: wire.BadSignal, Text: wire.BadSignal.String() + ": " + shown}
	}
	return n, nil
}
