using System.Net;

namespace Embark.Sandbox.Pods;

/// <summary>Ports of this machine by which mesh and controller meet: it runs beside the sandbox and not in a pod.</summary>
/// <param name="Zipkin">Where the controller takes traces.</param>
/// <param name="AccessLogs">Where it takes access logs.</param>
/// <param name="VmProxy">Where it finds the VM's proxy, whose certificate it reads.</param>
internal sealed record ControllerPorts(IPEndPoint Zipkin, IPEndPoint AccessLogs, IPEndPoint VmProxy);
