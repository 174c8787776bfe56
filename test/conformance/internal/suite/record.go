package suite

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Recorded observations are kept in one text file per suite: a line
// "=== NAME" before each observation, each line of which is indented by a tab.

// Load reads all files of a directory; a directory that is not there is empty.
func Load(dir string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(f), ".txt")
		for c, text := range parseRecord(string(b)) {
			all[name+"/"+c] = text
		}
	}
	return all, nil
}

func parseRecord(s string) map[string]string {
	out := map[string]string{}
	name := ""
	for _, line := range strings.SplitAfter(s, "\n") {
		if rest, ok := strings.CutPrefix(line, "=== "); ok {
			name = strings.TrimSuffix(rest, "\n")
			out[name] = ""
		} else if text, ok := strings.CutPrefix(line, "\t"); ok && name != "" {
			out[name] += text
		}
	}
	return out
}

// Save writes observations, one file per suite. Those of cases that are not
// among texts are kept if they are in known, and dropped otherwise.
func Save(dir string, texts map[string]string, known map[string]bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	all, err := Load(dir)
	if err != nil {
		return err
	}
	for k := range all {
		if !known[k] {
			delete(all, k)
		}
	}
	for k, v := range texts {
		all[k] = v
	}
	bySuite := map[string][]string{}
	for k := range all {
		s, _, _ := strings.Cut(k, "/")
		bySuite[s] = append(bySuite[s], k)
	}
	if err := dropStale(dir, bySuite); err != nil {
		return err
	}
	for s, keys := range bySuite {
		if err := os.WriteFile(filepath.Join(dir, s+".txt"), []byte(formatRecord(keys, all)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func formatRecord(keys []string, all map[string]string) string {
	sort.Strings(keys)
	var b strings.Builder
	for _, k := range keys {
		_, c, _ := strings.Cut(k, "/")
		fmt.Fprintf(&b, "=== %s\n", c)
		for _, line := range strings.SplitAfter(all[k], "\n") {
			if line != "" {
				b.WriteString("\t" + line)
			}
		}
	}
	return b.String()
}

func dropStale(dir string, keep map[string][]string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, ok := keep[strings.TrimSuffix(filepath.Base(f), ".txt")]; !ok {
			if err := os.Remove(f); err != nil {
				return err
			}
		}
	}
	return nil
}
