package pyrepr

import "testing"

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"":           `''`,
		"plain":      `'plain'`,
		"it's":       `"it's"`,
		`it's "so"`:  `'it\'s "so"'`,
		"a\\b":       `'a\\b'`,
		"\n\r\t\x01": `'\n\r\t\x01'`,
		"é 日本":       `'é 日本'`,
		"\u00a0":     `'\xa0'`,
		"\u200b":     `'\u200b'`,
		"\U000e0001": `'\U000e0001'`,
		"\xff":       `'\udcff'`,
		"\ufffd":     `'` + "\ufffd" + `'`,
	} {
		if got := Quote(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
