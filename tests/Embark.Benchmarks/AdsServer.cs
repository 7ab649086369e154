using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.Istiod;

namespace Embark.Benchmarks;

/// <summary>
/// <c>embark-benchmarks ads-server FOLDER</c>: API server and istiod with a mesh of many VMs, in a process of their own so that their memory
/// is theirs. Each line on standard input changes what every proxy is to have.
/// </summary>
internal static class AdsServer
{
    public const int Namespaces = 20;
    public const int VmsOfOne = 50;
    private const int ServicesOfOne = 5;

    public static async Task<int> RunAsync(string folder)
    {
        await using var api = await ApiServer.StartAsync(new ApiServerOptions { Yaml = [Objects()] }, CancellationToken.None);
        var kubeconfig = Path.Combine(folder, "config");
        await File.WriteAllTextAsync(kubeconfig, api.KubeconfigFor("admin"));
        File.SetUnixFileMode(kubeconfig, UnixFileMode.UserRead);
        using var client = KubernetesClient.Connect(Embark.Kubernetes.Kubeconfig.Load(new KubeconfigOptions { File = kubeconfig }), KubernetesClientOptions.Default);
        await using var istiod = await IstiodServer.StartAsync(client, new IstiodOptions { Address = new IPEndPoint(IPAddress.Loopback, 0) }, CancellationToken.None);
        for (var i = 0; i < Namespaces; i++)
        {
            var token = await client.RequestTokenAsync(new NamespacedName($"fleet-{i}", "bookinfo-ratings"), "istio-ca", TimeSpan.FromHours(1), CancellationToken.None);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"token-{i}"), token.Token.Reveal().ToArray());
        }

        Console.WriteLine(istiod.Address.Port);
        for (var number = 1; await Console.In.ReadLineAsync() is not null; number++)
            api.Operations.Load(Settings(number));
        return 0;
    }

    // Changes clusters, listeners and routes of everybody.
    private static JsonObject Settings(int number)
    {
        var (log, policy) = number % 2 == 0 ? ("/dev/stdout", "ALLOW_ANY") : ("", "REGISTRY_ONLY");
        return new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "istio", ["namespace"] = "istio-system" },
            ["data"] = new JsonObject
            {
                ["mesh"] = $"{{rootNamespace: istio-system, trustDomain: cluster.local, connectTimeout: {10 + number}s, accessLogFile: '{log}', outboundTrafficPolicy: {{mode: {policy}}}}}",
                ["meshNetworks"] = "networks: {}",
            },
        };
    }

    private static string Objects()
    {
        var yaml = new StringBuilder();
        void Add(string document) => yaml.Append(document).Append("\n---\n");
        for (var n = 0; n < Namespaces; n++)
        {
            Add($"{{apiVersion: v1, kind: Namespace, metadata: {{name: fleet-{n}}}}}");
            Add($"{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: bookinfo-ratings, namespace: fleet-{n}}}}}");
            for (var s = 0; s < ServicesOfOne; s++)
            {
                Add($"{{apiVersion: v1, kind: Service, metadata: {{name: app-{s}, namespace: fleet-{n}}}, spec: {{selector: {{app: app-{s}}}, ports: [{{name: http, port: 9080}}]}}}}");
                Add($$"""
                    apiVersion: networking.istio.io/v1
                    kind: Sidecar
                    metadata: {name: app-{{s}}, namespace: fleet-{{n}}}
                    spec:
                      workloadSelector: {labels: {app: app-{{s}} } }
                      ingress: [{port: {number: 9080, protocol: HTTP, name: http}, defaultEndpoint: "127.0.0.1:9080"}]
                      egress: [{bind: 127.0.0.2, hosts: ["./*"]}]
                    """);
            }

            for (var v = 0; v < VmsOfOne; v++)
                Add($"{{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {{name: vm-{v}, namespace: fleet-{n}}}, spec: {{address: {AddressOf(n, v)}, labels: {{app: {AppOf(v)}, class: vm}}, serviceAccount: bookinfo-ratings, network: vm-net}}}}");
        }

        return yaml.ToString();
    }

    public static string AddressOf(int ns, int vm) => string.Create(CultureInfo.InvariantCulture, $"10.128.{ns}.{vm + 1}");

    public static string AppOf(int vm) => $"app-{vm % ServicesOfOne}";
}
