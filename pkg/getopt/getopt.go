// Package getopt parses command lines the way the programs of Supervisor always
// have: POSIX getopt plus long options that may be abbreviated. Existing scripts
// and init files rely on its details (combined short flags, "-cFILE",
// "--conf FILE"), which is why the general-purpose flag packages do not do.
package getopt

import (
	"fmt"
	"strings"
)

// Option is one option as found on the command line.
type Option struct {
	Name  string // as declared: "-c" or "--configuration"
	Value string // "" for an option that takes none
}

// Spec declares the options of a program.
type Spec struct {
	Short string   // letters; a colon after a letter means that it takes a value
	Long  []string // names without dashes; a trailing "=" means that it takes a value
}

// Parse splits args (without the program's name) into options and operands. It
// stops at the first operand or after "--". Its errors are the messages of
// Python's getopt module, which users and tests know.
func Parse(args []string, spec Spec) (opts []Option, operands []string, err error) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "-" {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		if strings.HasPrefix(arg, "--") {
			opts, args, err = spec.long(opts, arg[2:], args)
		} else {
			opts, args, err = spec.short(opts, arg[1:], args)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return opts, args, nil
}

func (s Spec) long(opts []Option, arg string, rest []string) ([]Option, []string, error) {
	name, value, hasValue := strings.Cut(arg, "=")
	takesValue, name, err := s.match(name)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case takesValue && !hasValue:
		if len(rest) == 0 {
			return nil, nil, fmt.Errorf("option --%s requires argument", name)
		}
		value, rest = rest[0], rest[1:]
	case !takesValue && hasValue:
		return nil, nil, fmt.Errorf("option --%s must not have an argument", name)
	}
	return append(opts, Option{"--" + name, value}), rest, nil
}

// match finds the long option that name is or abbreviates.
func (s Spec) match(name string) (takesValue bool, full string, err error) {
	var found []string
	for _, decl := range s.Long {
		bare := strings.TrimSuffix(decl, "=")
		if bare == name {
			return bare != decl, bare, nil
		}
		if strings.HasPrefix(bare, name) {
			found = append(found, decl)
		}
	}
	switch len(found) {
	case 0:
		return false, "", fmt.Errorf("option --%s not recognized", name)
	case 1:
		full = strings.TrimSuffix(found[0], "=")
		return full != found[0], full, nil
	default:
		return false, "", fmt.Errorf("option --%s not a unique prefix", name)
	}
}

func (s Spec) short(opts []Option, letters string, rest []string) ([]Option, []string, error) {
	for letters != "" {
		letter := letters[:1]
		letters = letters[1:]
		at := strings.Index(s.Short, letter)
		if at < 0 || letter == ":" {
			return nil, nil, fmt.Errorf("option -%s not recognized", letter)
		}
		if !strings.HasPrefix(s.Short[at+1:], ":") {
			opts = append(opts, Option{"-" + letter, ""})
			continue
		}
		if letters == "" {
			if len(rest) == 0 {
				return nil, nil, fmt.Errorf("option -%s requires argument", letter)
			}
			letters, rest = rest[0], rest[1:]
		}
		return append(opts, Option{"-" + letter, letters}), rest, nil
	}
	return opts, rest, nil
}
