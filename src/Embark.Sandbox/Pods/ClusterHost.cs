using System.Net;
using System.Net.Sockets;
using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Pods;

/// <summary>The node that pods live on, and the process that runs them.</summary>
internal sealed class ClusterHost : IAsyncDisposable
{
    /// <summary>The first address of the node is the one that connections of all pods come from: it is nobody's, lest one pod be taken for another.</summary>
    private const string NodeAddress = "10.4.0.200/24";

    private readonly NetworkHost _node;
    private readonly HostProcess _process;

    private ClusterHost(NetworkHost node, HostProcess process, Uri productPage) => (_node, _process, ProductPage) = (node, process, productPage);

    /// <summary>The node; pods are processes on its network.</summary>
    public NetworkHost Node => _node;

    /// <summary>Where people on this machine open the product page.</summary>
    public Uri ProductPage { get; }

    public static async Task<ClusterHost> StartAsync(
        Fabric fabric, Network vmNetwork, RunDirectory directory, string kubeconfig, bool awaitGateway, ControllerPorts? controller, CancellationToken cancellationToken)
    {
        var node = await fabric.AddHostAsync(new HostSpec("node-1"), cancellationToken);
        var pods = new Network("pods", MeshAddresses.PodEdge);
        await fabric.AddNetworkAsync(pods, [], cancellationToken);
        await fabric.AttachAsync(node, new Attachment(pods, [NodeAddress, .. Enumerable.Range(2, 60).Select(n => $"10.4.0.{n}/24")]), cancellationToken);
        await fabric.AttachAsync(node, new Attachment(vmNetwork, MeshAddresses.NodeOnVmNetwork) { Interface = "eth1" }, cancellationToken);
        await node.Up;

        var page = FreePort();
        var process = node.StartBeside(directory.File("log", "cluster.log"),
        [
            Programs.Executable, "cluster", "--kubeconfig", kubeconfig, "--node", $"/proc/{node.Pid}/ns/net", "--gateway", $"/proc/{fabric.Edge.Pid}/ns/net",
            "--directory", directory.MakeDirectory("pods"), "--logs", directory.File("log"), "--productpage", page.ToString(), "--await-gateway", awaitGateway.ToString(),
            .. controller is var (zipkin, accessLogs, vm) ? ["--zipkin", zipkin.ToString(), "--access-logs", accessLogs.ToString(), "--vm-proxy", vm.ToString()] : Array.Empty<string>(),
        ]);
        try
        {
            await process.WaitForLogAsync("cluster ready", TimeSpan.FromSeconds(60), cancellationToken);
            return new ClusterHost(node, process, new Uri($"http://{page}/productpage"));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _node.DisposeAsync();
    }

    private static IPEndPoint FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }
}
