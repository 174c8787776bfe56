package getopt

import (
	"fmt"
	"testing"
)

func TestParse(t *testing.T) {
	spec := Spec{Short: "c:nhz:", Long: []string{"configuration=", "nodaemon", "help", "logfile=", "logfile_maxbytes="}}
	for _, tc := range []struct {
		args []string
		want string
	}{
		{nil, "[] []"},
		{[]string{"-c", "f", "-n"}, "[{-c f} {-n }] []"},
		{[]string{"-ncf", "x"}, "[{-n } {-c f}] [x]"},
		{[]string{"--conf", "f"}, "[{--configuration f}] []"},
		{[]string{"--conf=f=g"}, "[{--configuration f=g}] []"},
		{[]string{"--logfile=a"}, "[{--logfile a}] []"},
		{[]string{"--log=a"}, "option --log not a unique prefix"},
		{[]string{"--nodaemon=1"}, "option --nodaemon must not have an argument"},
		{[]string{"--logfile"}, "option --logfile requires argument"},
		{[]string{"--nope"}, "option --nope not recognized"},
		{[]string{"-c"}, "option -c requires argument"},
		{[]string{"-x"}, "option -x not recognized"},
		{[]string{"-:"}, "option -: not recognized"},
		{[]string{"-n", "--", "-n"}, "[{-n }] [-n]"},
		{[]string{"a", "-n"}, "[] [a -n]"},
		{[]string{"-"}, "[] [-]"},
	} {
		opts, rest, err := Parse(tc.args, spec)
		got := fmt.Sprint(opts, rest)
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%q: got %s, want %s", tc.args, got, tc.want)
		}
	}
}
