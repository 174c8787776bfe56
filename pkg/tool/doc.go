// Package tool is what the small command line tools of Supervisor have in
// common: their standard streams, exit statuses, the way they speak of errors,
// and one table from which their command line, --help and man page are made.
//
// A tool is a struct that embeds [IO] and has a method Run() int; its main
// function is
//
//	func main() {
//		t := Tool{tool.OS()}
//		os.Exit(t.Run())
//	}
//
// so that a test can run it with streams of its own.
package tool
