module github.com/supervisor-go/supervisor/test/e2e

go 1.26.0

require github.com/supervisor-go/supervisor/pkg v0.0.0

replace github.com/supervisor-go/supervisor/pkg => ../../pkg

replace github.com/natefinch/lumberjack => gopkg.in/natefinch/lumberjack.v2 v2.2.1
