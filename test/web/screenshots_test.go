package web

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, fewColours(b.t, picture), 0o644); err != nil {
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

// fleet is what the pictures of the manual show.
const fleet = `[supervisord]
identifier = shop-eu-1
[program:nginx]
command = python3 %DIR%/role.py 9 1 access
[program:postgres]
command = python3 %DIR%/role.py 118 3 quiet
[program:redis]
command = python3 %DIR%/role.py 31 2 quiet
[program:api]
command = python3 %DIR%/role.py 6%(process_num)d 4 api
process_name = api_%(process_num)02d
numprocs = 4
stdout_logfile = %DIR%/log/api_%(process_num)02d.log
[program:thumbnails]
command = python3 %DIR%/role.py 44 30 quiet
[program:mails]
command = python3 %DIR%/role.py 12 1 quiet
[program:reports]
command = python3 %DIR%/role.py 12 1 quiet
startsecs = 600
[group:jobs]
programs = thumbnails,mails,reports
[program:migrate]
command = python3 -c 'print("42 migrations, all done")'
startsecs = 0
autorestart = false
[program:geocoder]
command = python3 -c 'import sys; print("cannot read countries.db", file=sys.stderr); sys.exit(3)'
startretries = 0
[program:sync]
command = /opt/sync/bin/sync --every 5m
startretries = 1000
[program:staging]
command = python3 %DIR%/role.py 12 1 quiet
autostart = false
[eventlistener:alerts]
command = python3 %DIR%/listener.py
events = PROCESS_STATE_FATAL
`

// role is a program that has some memory, uses some of a processor (in percent),
// and writes what such a program writes.
const role = `import sys, time
size, share, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
held = bytearray(size << 20)
for i in range(0, len(held), 4096):
    held[i] = 1
paths = ["/cart", "/search?q=lamp", "/item/1177", "/login", "/static/app.css", "/checkout"]
n = 0
def line():
    global n
    n += 1
    at = "2026-11-21 08:%02d:%02d" % (43 + n // 60 % 17, n % 60)
    ms = n * 37 % 113 + 3
    if kind == "access":
        print("10.0.0.%d - - [21/Nov/2026:%s +0000] \"GET %s HTTP/1.1\" 200 %d" % (n % 9 + 2, at[11:], paths[n % 6], ms * 211), flush=True)
    elif n % 11 == 0:
        print("\x1b[2m%s\x1b[0m \x1b[31mERROR\x1b[0m payments: no answer in 5 s, trying again" % at, flush=True)
    elif n % 7 == 0:
        print("\x1b[2m%s\x1b[0m \x1b[33mWARN \x1b[0m slow query: orders by customer took \x1b[1m%d ms\x1b[0m" % (at, ms * 11), flush=True)
    else:
        print("\x1b[2m%s\x1b[0m \x1b[32mINFO \x1b[0m \x1b[1mGET %s\x1b[0m \x1b[36m200\x1b[0m in %d ms" % (at, paths[n % 6], ms), flush=True)
if kind != "quiet":
    for _ in range(165):
        line()
while True:
    end = time.monotonic() + share / 1000
    while time.monotonic() < end:
        pass
    time.sleep((100 - share) / 1000)
`

const listener = `import sys
while True:
    print("READY", flush=True)
    words = dict(w.split(":") for w in sys.stdin.readline().split())
    sys.stdin.read(int(words["len"]))
    sys.stdout.write("RESULT 2\nOK")
`

// fewColours makes a picture of a page small: 256 colours are enough for one.
func fewColours(t testing.TB, b []byte) []byte {
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[color.RGBA]int{}
	area := img.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) }
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			counts[at(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(counts[b]-counts[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	// The colours that are seen most, none too much like another.
	var palette color.Palette
	for apart := 400; len(palette) < 256 && apart > 0; apart /= 2 {
		for i, c := range colours {
			if len(palette) == 256 {
				break
			}
			surface := apart == 400 && i < 24 // backgrounds, as they are
			if surface || distance(c, palette[palette.Index(c)]) >= apart {
				palette = append(palette, c)
			}
		}
	}
	small := image.NewPaletted(area, palette)
	nearest := map[color.RGBA]uint8{}
	for c := range counts {
		nearest[c] = uint8(palette.Index(c))
	}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			small.SetColorIndex(x, y, nearest[at(x, y)])
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func distance(a color.RGBA, b color.Color) int {
	o := b.(color.RGBA)
	r, g, l := int(a.R)-int(o.R), int(a.G)-int(o.G), int(a.B)-int(o.B)
	return r*r + g*g + l*l
}

// TestScreenshots writes the pictures of the manual (make screenshots).
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no -screenshots")
	}
	d := newDaemon(t, "")
	// A directory that looks well in the pictures.
	d.dir = filepath.Join(os.TempDir(), "shop")
	if err := os.MkdirAll(filepath.Join(d.dir, "log"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(d.dir) })
	d.configure(fleet)
	d.write("role.py", role)
	d.write("listener.py", listener)
	d.start()
	for _, name := range []string{"nginx", "postgres", "redis", "api:api_00", "api:api_03", "jobs:thumbnails", "alerts"} {
		d.waitState(name, "RUNNING")
	}
	d.waitState("geocoder", "FATAL")
	d.kill("api:api_01")
	until(t, "a restart", func() (bool, string) {
		p := d.process("api:api_01")
		return p.Restarts == 1 && p.State == "RUNNING", p.State
	})
	until(t, "sync", func() (bool, string) { p := d.process("sync"); return p.State == "BACKOFF", p.State })
	for _, s := range []shot{
		{name: "light", width: 1280, height: 860, scale: 1},
		{name: "dark", width: 1280, height: 860, scale: 1, dark: true},
		{name: "phone", width: 390, height: 780, scale: 1.5, mobile: true},
		{name: "log", page: "log.html?name=api:api_00", width: 1280, height: 640, scale: 1, dark: true},
		{name: "log-phone", page: "log.html?name=api:api_00", width: 390, height: 780, scale: 1.5, mobile: true, dark: true},
	} {
		b := newTab(t)
		b.look(s)
		b.openLive(d.url(s.page))
		if s.page != "" {
			b.waitFor(`document.querySelectorAll(".line").length > 20`)
		} else {
			b.waitFor(`/[1-9]/.test(document.querySelector('tr.p[data-id="jobs:thumbnails"] .cpu').textContent)`)
			b.waitFor(`document.querySelector('tr.p[data-id="sync:sync"] .pill').textContent === "backoff"`)
		}
		b.capture(filepath.Join(*screenshots, s.name+".png"))
	}
}
