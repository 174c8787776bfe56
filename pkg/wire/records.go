package wire

import "strconv"

// The records are written member by member in the reference's order, without
// reflection: a status of a thousand processes is one pass over one buffer.

func appendStringMember(dst []byte, name, s string) []byte {
	dst = append(dst, "<member>\n<name>"...)
	dst = append(dst, name...)
	dst = append(dst, "</name>\n<value><string>"...)
	dst = AppendText(dst, s)
	return append(dst, "</string></value>\n</member>\n"...)
}

func appendIntMember(dst []byte, name string, n int64) []byte {
	dst = append(dst, "<member>\n<name>"...)
	dst = append(dst, name...)
	dst = append(dst, "</name>\n<value><int>"...)
	dst = strconv.AppendInt(dst, capped(n), 10)
	return append(dst, "</int></value>\n</member>\n"...)
}

// capped keeps a number within the range of an XML-RPC int. Times reach its end
// in January 2038.
func capped(n int64) int64 { return min(max(n, minInt32), maxInt32) }

func appendProcessInfo(dst []byte, p *ProcessInfo) []byte {
	dst = append(dst, structHead...)
	dst = appendStringMember(dst, "name", p.Name)
	dst = appendStringMember(dst, "group", p.Group)
	dst = appendIntMember(dst, "start", p.Start)
	dst = appendIntMember(dst, "stop", p.Stop)
	dst = appendIntMember(dst, "now", p.Now)
	dst = appendIntMember(dst, "state", int64(p.State))
	dst = appendStringMember(dst, "statename", p.StateName)
	dst = appendStringMember(dst, "spawnerr", p.SpawnErr)
	dst = appendIntMember(dst, "exitstatus", int64(p.ExitStatus))
	dst = appendStringMember(dst, "logfile", p.LogFile)
	dst = appendStringMember(dst, "stdout_logfile", p.StdoutLogFile)
	dst = appendStringMember(dst, "stderr_logfile", p.StderrLogFile)
	dst = appendIntMember(dst, "pid", int64(p.PID))
	dst = appendStringMember(dst, "description", p.Description)
	return append(dst, structTail...)
}

func appendProcessInfos(dst []byte, list []ProcessInfo) []byte {
	dst = append(dst, arrayHead...)
	for i := range list {
		dst = appendProcessInfo(dst, &list[i])
	}
	return append(dst, arrayTail...)
}

func appendProcessStatus(dst []byte, p *ProcessStatus) []byte {
	dst = append(dst, structHead...)
	dst = appendStringMember(dst, "name", p.Name)
	dst = appendStringMember(dst, "group", p.Group)
	dst = appendIntMember(dst, "status", int64(p.Status))
	dst = appendStringMember(dst, "description", p.Description)
	return append(dst, structTail...)
}

func appendProcessStatuses(dst []byte, list []ProcessStatus) []byte {
	dst = append(dst, arrayHead...)
	for i := range list {
		dst = appendProcessStatus(dst, &list[i])
	}
	return append(dst, arrayTail...)
}
