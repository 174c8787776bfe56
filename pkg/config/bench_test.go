package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manyPrograms makes a configuration of n program sections.
func manyPrograms(n int) string {
	var b strings.Builder
	b.WriteString("[supervisord]\nnodaemon=true\n[unix_http_server]\nfile=/tmp/x.sock\n")
	for i := range n {
		fmt.Fprintf(&b, `
[program:p%05d]
command=/bin/sleep %d          ; a comment
directory=/tmp
autostart=true
startsecs=0
stopwaitsecs=5
redirect_stderr=true
stdout_logfile=/tmp/%%(program_name)s.log
stdout_logfile_maxbytes=1MB
environment=A="%d",HOME="%%(ENV_HOME)s"
`, i, i, i)
	}
	return b.String()
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "supervisord.conf")
			if err := os.WriteFile(path, []byte(manyPrograms(n)), 0o600); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Load(LoadOptions{File: path}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/program")
		})
	}
}
