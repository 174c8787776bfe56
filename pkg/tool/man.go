package tool

import "github.com/supervisor-go/supervisor/pkg/man"

// Man returns the man page of the tool in roff with the man(7) macros.
func (s *Spec) Man() []byte {
	p := man.New(s.Name, 1, "Supervisor tools", "Made from the tool's own table. Run \"go generate\" in its module to renew it.")
	p.Name(s.Name, s.Summary)
	p.Synopsis(s.Name, s.Synopsis...)
	p.Section("Description")
	p.Text(s.Text...)
	p.Section("Options")
	p.Items(options(s.flags())...)
	for _, sec := range s.Sections {
		p.Section(sec.Title)
		p.Text(sec.Text...)
		p.Items(sec.Items...)
		if sec.Code != "" {
			p.Code(sec.Code)
		}
	}
	p.Section("Exit status")
	p.Items(s.Statuses...)
	p.Section("Examples")
	for _, e := range s.Examples {
		p.Text(e.Text)
		p.Code(e.Code)
	}
	if len(s.SeeAlso) > 0 {
		p.SeeAlso(s.SeeAlso...)
	}
	return p.Bytes()
}
