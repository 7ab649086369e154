using System.Globalization;
using System.Net;
using Embark.Delivery;
using Embark.Mesh;
using Embark.Planning;

namespace Embark.Checks;

/// <summary>Ports that the proxy needs must be free, or held by our own proxy (fault rows 89, 124, 133).</summary>
internal static class PortChecks
{
    public static void Examine(VmAnswers vm, WorkloadEntry workload, Findings found)
    {
        var name = workload.Vm.ContainerName;
        var ours = Holder(vm, name, workload.Vm.Options.Adopt);
        var bridge = Holder(vm, $"{name}.bridge", adopt: false);
        var instance = workload.InstanceIp.ToString();

        foreach (var socket in vm.Sockets)
        {
            if (workload.Vm.Ports.All.Contains(socket.Port) && !ours(socket))
                Taken(found, socket, "the proxy needs this port", $"stop the process that holds it; if that is the proxy of another mesh, give this one ports of its own by the annotation {Annotations.PortBase}");
            else if (workload.Vm.Ports.Beside.All.Contains(socket.Port) && workload.Vm.Options.Profile == Profile.Modern && !bridge(socket))
                Taken(found, socket, "Embark needs this port while it replaces a proxy", "stop the process that holds it");
            else if (workload.Vm.IngressPorts.Contains(socket.Port) && Overlaps(socket.Address, instance) && !ours(socket) && !bridge(socket))
                Taken(found, socket, $"the Sidecar's ingress needs {instance}:{socket.Port}",
                    $"let the application listen on 127.0.0.1:{socket.Port} only");
        }
    }

    private static bool Overlaps(string address, string instance) => address == instance || address is "0.0.0.0" or "::";

    /// <summary>Who holds a socket on the host network is known by uid only, so a socket of a running proxy's user is taken for that proxy's.</summary>
    private static Func<SocketAnswer, bool> Holder(VmAnswers vm, string name, bool adopt)
    {
        var container = vm.Docker?.Containers.FirstOrDefault(c => c.Name == name && (c.IsOurs || adopt || c.Id == vm.AdoptedId) && c.Status is "running" or "restarting");
        if (container is null) return _ => false;
        var user = container.User.Split(':')[0];
        var uid = user.Length == 0 ? 0 : int.TryParse(user, CultureInfo.InvariantCulture, out var number) ? number : -1;
        return socket => uid < 0 || socket.Uid == uid;
    }

    private static void Taken(Findings found, SocketAnswer socket, string why, string fix)
    {
        var address = IPAddress.TryParse(socket.Address, out var ip) ? new IPEndPoint(ip, socket.Port).ToString() : $"port {socket.Port}";
        var owner = socket.Process is { } process ? $"{process} (uid {socket.Uid})" : $"a process of uid {socket.Uid}";
        found.Refuse($"port {socket.Port}", $"{address} is in use by {owner}; {why}",
            $"{fix}; see it with: sudo ss -ltnp 'sport = :{socket.Port}'");
    }
}
