package command

import "strings"

// HelpText is what -h prints. progname is the name of the program as called.
func HelpText(progname string) string {
	return strings.ReplaceAll(helpTemplate, "%s", progname)
}

const helpTemplate = `
supervisorctl -- control the programs that supervisord runs.

Usage: %s [options] [action [arguments]]

Options:
-c/--configuration FILENAME -- configuration file (the usual places are searched
     if it is not given)
-h/--help -- print this text and exit
-i/--interactive -- ask for confirmations and credentials, as the shell does
-s/--serverurl URL -- where supervisord listens: http://HOST:PORT or unix:///PATH
     (default "http://localhost:9001")
-u/--username USERNAME -- user name for the server
-p/--password PASSWORD -- password for the server
-r/--history-file FILENAME -- keep the history of the shell in this file
--output text|json -- form of the output; also possible after an action

action [arguments] -- see below

An action is a command such as "tail" or "stop". Without one, a shell is started
that takes actions line by line. The action "help" lists all of them.
`
