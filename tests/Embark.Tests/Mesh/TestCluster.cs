using Embark.Kubernetes;
using Embark.Sandbox.ApiServer;

namespace Embark.Tests.Mesh;

/// <summary>A cluster over real HTTP that holds given YAML, and a client of it.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly string _kubeconfig = Path.GetTempFileName();

    private TestCluster(ApiServer server, string user)
    {
        Server = server;
        File.WriteAllText(_kubeconfig, server.KubeconfigFor(user));
        Client = KubernetesClient.Connect(Embark.Kubernetes.Kubeconfig.Load(new() { File = _kubeconfig }), KubernetesClientOptions.Default);
    }

    public ApiServer Server { get; }

    public KubernetesClient Client { get; }

    public static async Task<TestCluster> StartAsync(CancellationToken cancellationToken, params IReadOnlyList<string> yaml) =>
        new(await ApiServer.StartAsync(new() { WithMesh = false, Yaml = yaml }, cancellationToken), "admin");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        File.Delete(_kubeconfig);
        await Server.DisposeAsync();
    }
}
