package command

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/client"
)

// Ctl carries out commands. It belongs to one goroutine.
type Ctl struct {
	// Exit is the exit status so far. Commands only set it when something is to
	// be told, so that with several failures the last one decides.
	Exit int

	out      io.Writer
	err      io.Writer
	term     Terminal
	settings *Settings

	colour  bool // stdout is a terminal that may be coloured
	explain bool // stderr is a terminal: reasons of failures may be told there
	clear   bool // stdout is a terminal whose screen can be cleared
	mute    bool // stdout cannot be written, and that has been told

	doc     *document // of the running command, in JSON
	format  Format    // of the running command
	conn    *client.Client
	methods []string // cache of the server's method names
	noTable bool     // the server has no getStatusTable
}

// Streams are the standard streams of a Ctl and what is known about them.
type Streams struct {
	Out, Err    io.Writer
	OutTerminal bool // Out is a terminal
	ErrTerminal bool
	NoColour    bool // the user wants none
	Term        Terminal
}

// New returns a Ctl for the given settings.
func New(s *Settings, st Streams) *Ctl {
	return &Ctl{
		settings: s, out: st.Out, err: st.Err, term: st.Term,
		colour:  st.OutTerminal && !st.NoColour,
		explain: st.ErrTerminal,
		clear:   st.OutTerminal,
		format:  s.Format,
	}
}

// Run carries out one command line. quit reports that it was the command to
// leave the interactive shell.
func (c *Ctl) Run(ctx context.Context, line string) (quit bool) {
	line = strings.TrimSpace(line)
	if line == "" {
		return false
	}
	name, arg, line := split(line)
	cmd := find(name)
	if cmd == nil {
		// The name of a program may have a "-" in it.
		word, rest, _ := strings.Cut(line, " ")
		if p, ok := c.plugin(word); ok {
			c.runPluginLine(ctx, p, rest)
			return false
		}
		c.begin(name, c.settings.Format)
		c.fail("*** Unknown syntax: " + line)
		c.Exit = ExitFailure
		c.end()
		return false
	}
	arg, format, err := takeFormat(arg, c.settings.Format)
	c.begin(cmd.Name, format)
	defer c.end()
	if err != nil {
		c.fail("Error: " + err.Error())
		c.Exit = ExitUsage
		return false
	}
	c.carryOut(ctx, cmd, arg)
	return cmd.quits
}

// RunWords carries out a command that has already been split into words, by the
// shell that started us. Commands get their words joined by blanks, as in the
// reference; a plug-in gets them as they are.
func (c *Ctl) RunWords(ctx context.Context, words []string) {
	if len(words) > 0 && words[0] != "" {
		if name, _, _ := split(words[0]); find(name) == nil {
			if p, ok := c.plugin(words[0]); ok {
				c.runPlugin(ctx, p, words[1:])
				return
			}
		}
	}
	c.Run(ctx, strings.Join(words, " "))
}

// split takes a command line apart as the reference's shell does: the command
// is the leading letters, digits and underscores, "?" stands for help, and what
// begins otherwise is no command.
func split(line string) (name, arg, full string) {
	if line[0] == '?' {
		line = "help " + line[1:]
	}
	i := 0
	for i < len(line) && isIdent(line[i]) {
		i++
	}
	return line[:i], strings.TrimSpace(line[i:]), line
}

func isIdent(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_'
}

// takeFormat removes --output FORMAT from the arguments of a command.
func takeFormat(arg string, format Format) (string, Format, error) {
	if !strings.Contains(arg, "--output") {
		return arg, format, nil
	}
	var rest []string
	fields := strings.Fields(arg)
	for i := 0; i < len(fields); i++ {
		value, ok := strings.CutPrefix(fields[i], "--output=")
		if fields[i] == "--output" && i+1 < len(fields) {
			i++
			value, ok = fields[i], true
		}
		if !ok {
			rest = append(rest, fields[i])
			continue
		}
		var err error
		if format, err = ParseFormat(value); err != nil {
			return "", format, err
		}
	}
	return strings.Join(rest, " "), format, nil
}

// carryOut runs a command, asks for credentials when the server wants some and
// somebody is there to be asked, and tells of errors.
func (c *Ctl) carryOut(ctx context.Context, cmd *Command, arg string) {
	err := cmd.run(c, ctx, arg)
	for c.needsCredentials(err) {
		c.fail("Server requires authentication")
		if !c.settings.Interactive {
			c.Exit = ExitFailure
			return
		}
		if err = c.askCredentials(ctx); err == nil {
			err = cmd.run(c, ctx, arg)
		}
	}
	if err == nil {
		return
	}
	c.Exit = ExitFailure
	if errors.Is(err, context.Canceled) {
		c.say("")
		return
	}
	c.fail("error: " + explain(err))
}

func (c *Ctl) needsCredentials(err error) bool {
	var h *client.HTTPError
	return errors.As(err, &h) && h.Unauthorized()
}

func (c *Ctl) askCredentials(ctx context.Context) error {
	user, err := c.term.ReadLine(ctx, "Username:")
	if err != nil {
		return inputError("a user name", err)
	}
	password, err := c.term.ReadPassword(ctx, "Password:")
	if err != nil {
		return inputError("a password", err)
	}
	c.say("")
	c.settings.Username, c.settings.Password = user, password
	c.disconnect()
	return nil
}

func inputError(what string, err error) error {
	if err == io.EOF {
		return errors.New("cannot ask for " + what + ": the input has ended")
	}
	return err
}

// Prompt returns the prompt of the interactive shell.
func (c *Ctl) Prompt() string { return c.settings.Prompt + "> " }

// HistoryFile returns the file that keeps the shell's history, or "".
func (c *Ctl) HistoryFile() string { return c.settings.HistoryFile }
