module github.com/supervisor-go/supervisor/supervisord

go 1.26.0

require (
	github.com/supervisor-go/supervisor/pkg v0.0.0
	github.com/valyala/quicktemplate v1.8.0
)

require (
	github.com/cockroachdb/datadriven v1.0.3 // indirect
	github.com/cpuguy83/go-md2man/v2 v2.0.7 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/natefinch/lumberjack v2.0.0+incompatible // indirect
	github.com/pmezard/go-difflib v1.0.0 // indirect
	github.com/russross/blackfriday/v2 v2.1.0 // indirect
	github.com/urfave/cli/v2 v2.27.7 // indirect
	github.com/valyala/bytebufferpool v1.0.0 // indirect
	github.com/xrash/smetrics v0.0.0-20240521201337-686a1a2994c1 // indirect
	golang.org/x/sys v0.49.0 // indirect
	gopkg.in/ini.v1 v1.67.3 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)

replace github.com/supervisor-go/supervisor/pkg => ../pkg

replace github.com/natefinch/lumberjack => gopkg.in/natefinch/lumberjack.v2 v2.2.1
