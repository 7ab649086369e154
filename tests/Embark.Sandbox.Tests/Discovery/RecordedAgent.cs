using System.Net;
using Embark.Grpc;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.Istiod;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SandboxApi = Embark.Sandbox.ApiServer.ApiServer;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>What a real agent with a real Envoy sent, sent to our discovery server byte for byte.</summary>
public sealed class RecordedAgent
{
    private const string Service = "/envoy.service.discovery.v3.AggregatedDiscoveryService/";
    private static readonly Dictionary<string, string> s_short = new()
    {
        [Istiod.Discovery.TypeUrls.Cluster] = "cds", [Istiod.Discovery.TypeUrls.Endpoint] = "eds",
        [Istiod.Discovery.TypeUrls.Listener] = "lds", [Istiod.Discovery.TypeUrls.Route] = "rds",
    };

    [Fact(Timeout = 60_000)]
    public async Task Is_answered_in_full_in_delta()
    {
        var answers = await AskAsync("DeltaAggregatedResources", Requests("delta"), DeltaDiscoveryResponse.Parser);

        foreach (var answer in answers)
            Compare("delta", answer.TypeUrl, [.. answer.Resources.Select(resource => (resource.Name, resource.Resource_))]);
        Assert.Equal(["cds", "eds", "lds", "rds"], answers.Select(answer => s_short[answer.TypeUrl]).Order());
    }

    [Fact(Timeout = 60_000)]
    public async Task Is_answered_in_full_in_state_of_the_world()
    {
        var answers = await AskAsync("StreamAggregatedResources", Requests("sotw"), DiscoveryResponse.Parser);

        foreach (var answer in answers)
            Compare("sotw", answer.TypeUrl, [.. answer.Resources.Select(body => ("", body))]);
        Assert.Equal(["cds", "eds", "lds", "rds"], answers.Select(answer => s_short[answer.TypeUrl]).Order());
    }

    // To a message without fields everything is unknown, and kept as it is.
    private static List<Empty> Requests(string kind)
    {
        var files = Directory.GetFiles(Path.Combine(RecordedMesh.Folder, "xds", "agent-requests"), kind + "-*.pb").Order().Select(File.ReadAllBytes).ToList();
        var requests = files.Select(Empty.Parser.ParseFrom).ToList();
        Assert.All(files.Zip(requests), pair => Assert.Equal(pair.First, pair.Second.ToByteArray()));
        return requests;
    }

    private static async Task<List<TResponse>> AskAsync<TResponse>(string method, IReadOnlyList<Empty> requests, MessageParser<TResponse> parser)
        where TResponse : class, IMessage<TResponse>
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var api = await SandboxApi.StartAsync(new ApiServerOptions
        {
            Yaml = [File.ReadAllText(Path.Combine(RecordedMesh.Folder, "cluster.yaml")), File.ReadAllText(Path.Combine(RecordedMesh.Folder, "configmaps", "default.yaml"))],
        }, cancel);
        var folder = Directory.CreateTempSubdirectory("embark-agent-");
        var kubeconfig = Path.Combine(folder.FullName, "config");
        await File.WriteAllTextAsync(kubeconfig, api.KubeconfigFor("admin"), cancel);
        File.SetUnixFileMode(kubeconfig, UnixFileMode.UserRead);
        using var client = KubernetesClient.Connect(Embark.Kubernetes.Kubeconfig.Load(new KubeconfigOptions { File = kubeconfig }), KubernetesClientOptions.Default);
        await using var istiod = await IstiodServer.StartAsync(client, new IstiodOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) }, cancel);
        var token = await client.RequestTokenAsync(new NamespacedName("bookinfo", "bookinfo-ratings"), "istio-ca", TimeSpan.FromHours(1), cancel);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = new() { TargetHost = "istiod.istio-system.svc", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        });
        var bearer = System.Text.Encoding.ASCII.GetString(token.Token.Reveal());
        var grpc = new GrpcClient(http, istiod.Address) { Metadata = () => [new("authorization", $"Bearer {bearer}"), new("clusterid", "Kubernetes")] };

        await using var call = grpc.Open<Empty, TResponse>(Service + method, parser, cancel);
        foreach (var request in requests)
            call.Send(request);
        call.CloseSend();
        List<TResponse> answers = [];
        await foreach (var answer in call.ReadAllAsync(cancel))
            answers.Add(answer);
        folder.Delete(recursive: true);
        return answers;
    }

    // The agent was given no stock configuration but the one recorded for the VM: the same names, and for endpoints and routes the same bodies.
    private static void Compare(string kind, string type, IReadOnlyList<(string Name, Any Body)> ours)
    {
        var recorded = RecordedMesh.Answer("vm", kind, s_short[type]);
        Assert.Equal(
            recorded.Select(resource => NameOf(resource.Body)).Order(StringComparer.Ordinal),
            ours.Select(resource => NameOf(resource.Body)).Order(StringComparer.Ordinal));
        if (s_short[type] is not ("eds" or "rds"))
            return;
        var byName = recorded.ToDictionary(resource => NameOf(resource.Body), resource => resource.Body);
        Assert.Empty(ours.SelectMany(resource => ProtoTree.Differences(ProtoTree.Of(byName[NameOf(resource.Body)]), ProtoTree.Of(resource.Body), NameOf(resource.Body))));
    }

    private static string NameOf(Any body) => (string?)ProtoTree.Of(body)["name"] ?? (string)ProtoTree.Of(body)["clusterName"]!;
}
