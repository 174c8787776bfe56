package web

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "write screenshots into this directory")

// shot is the look of a page on a device.
type shot struct {
	name          string
	page          string
	width, height int64
	scale         float64
	dark, mobile  bool
}

func (b *tab) look(s shot) {
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	b.run(
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: s.width, Height: s.height, DeviceScaleFactor: s.scale, Mobile: s.mobile}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}),
	)
}

func (b *tab) capture(path string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

const shop = `[supervisord]
identifier = shop-eu-1
[program:nginx]
command = /bin/sh -c 'while :; do echo "10.0.0.7 GET /cart 200"; sleep 2; done'
[program:postgres]
command = /bin/sleep 10000
[program:web]
command = /bin/sh %DIR%/web.sh
process_name = web_%(process_num)02d
numprocs = 4
stdout_logfile_maxbytes = 8KB
[program:crasher]
command = /bin/sh -c 'echo no such luck >&2; exit 3'
startretries = 0
[program:missing]
command = /usr/bin/does-not-exist --now
[program:migrate]
command = /bin/sh -c 'echo done'
startsecs = 0
autorestart = false
[program:mailer]
command = /bin/cat
autostart = false
[program:ingest]
command = /bin/sleep 10000
[program:index]
command = /bin/sleep 10000
[group:search]
programs = ingest,index
`

// webScript writes what a web server may write, in colours, and then is quiet.
const webScript = `i=0
while [ $i -lt 400 ]; do
  i=$((i+1)); s=$((i % 60))
  printf '2026-11-21 08:43:%02d \033[32mINFO \033[0m request %d \033[1mGET /cart\033[0m 200 in %d ms\n' $s $i $((i * 7 % 120))
  [ $((i % 9)) = 0 ] && printf '2026-11-21 08:43:%02d \033[33mWARN \033[0m slow query, took \033[1;33m1.2 s\033[0m\n' $s
  [ $((i % 31)) = 0 ] && printf '2026-11-21 08:43:%02d \033[31mERROR\033[0m payment gateway does not answer, trying again\n' $s
done
exec sleep 10000
`

// TestScreenshots writes the pictures of the manual.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no -screenshots")
	}
	d := newDaemon(t, shop)
	d.write("web.sh", webScript)
	d.start()
	for _, name := range []string{"nginx", "web:web_03", "search:index"} {
		d.waitState(name, "RUNNING")
	}
	d.waitState("crasher", "FATAL")
	for _, s := range []shot{
		{name: "light", width: 1400, height: 780, scale: 1},
		{name: "dark", width: 1400, height: 780, scale: 1, dark: true},
		{name: "phone", width: 400, height: 860, scale: 2, mobile: true},
		{name: "log-light", page: "log.html?name=web:web_00", width: 1400, height: 780, scale: 1},
		{name: "log-dark", page: "log.html?name=web:web_00", width: 1400, height: 780, scale: 1, dark: true},
		{name: "log-phone", page: "log.html?name=web:web_00", width: 400, height: 860, scale: 2, mobile: true},
	} {
		b := newTab(t)
		b.look(s)
		b.openLive(d.url(s.page))
		if s.page != "" {
			b.waitFor(`document.querySelectorAll(".line").length > 20`)
		}
		b.capture(filepath.Join(*screenshots, s.name+".png"))
	}
}
