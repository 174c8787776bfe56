package command

import "io"

// begin starts the output of a command.
func (c *Ctl) begin(command string, format Format) {
	c.format = format
	c.doc = nil
	if format == JSON {
		c.doc = newDocument(command)
	}
}

// end prints the JSON document of a command, if that is its output.
func (c *Ctl) end() {
	if c.doc != nil {
		if err := c.doc.write(c.out, c.Exit); err != nil {
			c.outputFailed(err)
		}
	}
	c.doc = nil
}

// say prints a line. In JSON the same is told by fields.
func (c *Ctl) say(line string) {
	if c.doc == nil {
		c.print(line + "\n")
	}
}

// fail prints a line that tells of a failure. In JSON it is one of the errors.
func (c *Ctl) fail(line string) {
	if c.doc != nil {
		c.doc.errors = append(c.doc.errors, line)
		return
	}
	c.print(line + "\n")
}

// set gives a field of the JSON document its value.
func (c *Ctl) set(name string, value any) {
	if c.doc != nil {
		c.doc.set(name, value)
	}
}

func (c *Ctl) print(text string) {
	if _, err := io.WriteString(c.out, text); err != nil {
		c.outputFailed(err)
	}
}

// outputFailed tells that stdout cannot be written, and makes it the exit
// status: a script must not take half an answer for a whole one.
func (c *Ctl) outputFailed(err error) {
	c.Exit = ExitFailure
	if c.mute {
		return // it has been told
	}
	c.mute = true
	_, _ = io.WriteString(c.err, "cannot write to standard output: "+err.Error()+"\n")
}

// note prints a line on stderr for a person, never for a script.
func (c *Ctl) note(line string) {
	_, _ = io.WriteString(c.err, line+"\n")
}
