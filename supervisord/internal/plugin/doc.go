// Package plugin makes the XML-RPC namespaces that [rpcinterface:x] sections ask
// for. A namespace comes from one of three places:
//
//   - a factory that is compiled in, registered under the name that stands in
//     supervisor.rpcinterface_factory;
//   - a server at a URL (rpcinterface.url) that speaks XML-RPC;
//   - a program that supervisord runs (rpcinterface.command), which accepts
//     connections on its standard input and speaks XML-RPC on them.
//
// The last two are out of process. What they say about themselves
// (system.listMethods, methodHelp, methodSignature) is taken over into the
// registry under the namespace. Nothing that such a plug-in does - dying,
// hanging, answering nonsense without end - can do more than make its own
// methods fail.
package plugin
