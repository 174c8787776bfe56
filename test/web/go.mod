module github.com/supervisor-go/supervisor/test/web

go 1.26.0

require github.com/supervisor-go/supervisor/pkg v0.0.0

require (
	github.com/chromedp/cdproto v0.159.0 // indirect
	github.com/chromedp/chromedp v0.22.1 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
)

replace github.com/supervisor-go/supervisor/pkg => ../../pkg

replace github.com/natefinch/lumberjack => gopkg.in/natefinch/lumberjack.v2 v2.2.1
