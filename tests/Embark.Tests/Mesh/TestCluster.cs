using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Planning;
using Embark.Sandbox.ApiServer;
using Embark.Tests.Planning;

namespace Embark.Tests.Mesh;

/// <summary>A cluster over real HTTP that holds given YAML, and a client of it.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private readonly string _kubeconfig = Path.GetTempFileName();

    /// <summary>The guide's objects in a mesh of Istio 1.30, as the golden cases have them.</summary>
    public static string GuideYaml(params IReadOnlyList<string> without) => GoldenCase.Without(File.ReadAllText(Path.Combine(GoldenCase.Root, "base-modern.yaml")), without);

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

    public static async Task<TestCluster> StartAsUserAsync(string user, CancellationToken cancellationToken, params IReadOnlyList<string> yaml) =>
        new(await ApiServer.StartAsync(new() { WithMesh = false, Yaml = yaml }, cancellationToken), user);

    /// <summary>The mesh and the guide's entry, as a join reads them.</summary>
    public async Task<(WorkloadEntry Workload, MeshSettings Mesh)> ReadAsync(CancellationToken cancellationToken, MeshReaderOptions? options = null)
    {
        var reader = new MeshReader(Client, options ?? new() { SshUser = "operator" });
        return await Both.Async(token => reader.FindWorkloadAsync(new("bookinfo", "ratings-vm"), token), token => reader.ReadAsync("bookinfo", token), cancellationToken);
    }

    public async Task<IReadOnlyList<Problem>> RefusedAsync(CancellationToken cancellationToken, MeshReaderOptions? options = null)
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(async () =>
        {
            var (workload, mesh) = await ReadAsync(cancellationToken, options);
            Planner.For(mesh, workload, null);
        });
        Assert.Equal(FailureClass.BadInput, refused.Failure);
        return refused.Problems;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        File.Delete(_kubeconfig);
        await Server.DisposeAsync();
    }
}
