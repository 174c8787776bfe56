// Package listen is the daemon's side of event listeners: what one listener has
// said (its state), and which listener of a pool gets which event. It performs
// no I/O and knows no time; what is to be done comes back as Effects.
//
// # What a pool guarantees
//
//   - At least once. An event that a pool took is given to one of its listeners
//     until one of them has accepted it. A listener that rejects it, breaks the
//     protocol, closes its standard input or ends before it has answered puts it
//     back; so a listener may see an event twice (with the same serial and
//     poolserial), and two listeners may see the same event.
//   - Order. Events wait in the order in which they happened, which is that of
//     poolserial, and the oldest goes first. One that was put back goes before
//     all younger ones, and only to the pool it came from. A pool of one listener
//     that never rejects sees poolserials only grow; several listeners work at
//     the same time and may finish in any order.
//   - At once. An event is handed to a READY listener without waiting; it is
//     buffered only when there is none. Listeners are preferred in the order of
//     the configuration.
//   - What is lost. At most BufferSize events wait, besides the one that each
//     BUSY listener holds. When one more is to be buffered, the one that has
//     waited longest is thrown away and counted. That, the end of the daemon and
//     the removal of the pool are the only ways to lose an event. The first loss
//     is told in the activity log, and once no event is waiting any more, or
//     the pool ends, how many there were.
//   - EVENT_BUFFER_OVERFLOW events never wait: a pool that has no READY listener
//     does not get them, and they are not sent again.
//   - Memory. A listener costs a bounded amount whatever it writes: of a result
//     only the length and whether it is "OK" are kept.
//
// Where this differs from Supervisor 4.2.5: an event that was put back returns to
// its own pool only (there: to every pool with a process of equal priority); it
// is sorted in by age (there: put first, so that two come back in reverse);
// subscriptions that overlap deliver an event once (there: once for each); each
// burst of losses is told twice (there: once for every event); a result of length
// 0 is taken at once (there: when the listener writes more); a negative length is
// a bad result line (there: an endless recursion), and so are one above MaxResult
// and a line longer than MaxLine (there: buffered without limit); "OK" and
// "FAILED" on a line of their own answer as RESULT does, as in 3.0a3.
package listen
