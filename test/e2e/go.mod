module github.com/supervisor-go/supervisor/test/e2e

go 1.26.0

require (
	github.com/supervisor-go/supervisor/pkg v0.0.0
	golang.org/x/sys v0.49.0
)

require github.com/kolo/xmlrpc v0.0.0-20220921171641-a4b6fa1dd06b // indirect

replace github.com/supervisor-go/supervisor/pkg => ../../pkg

replace github.com/natefinch/lumberjack => gopkg.in/natefinch/lumberjack.v2 v2.2.1
