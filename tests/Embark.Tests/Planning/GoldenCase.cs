using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Delivery;
using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Planning;
using Embark.Tests.House;
using Embark.Tests.Mesh;

namespace Embark.Tests.Planning;

/// <summary>
/// One folder of <c>cases</c>: <c>case.yaml</c> (why, which base, flags), <c>cluster.yaml</c> (objects laid over the base, optional) and
/// <c>expected.txt</c> (what a dry run prints, or what is refused).
/// </summary>
internal sealed partial class GoldenCase
{
    private readonly string _folder;
    private readonly JsonObject _case;

    public GoldenCase(string name)
    {
        _folder = Path.Combine(Root, name);
        var findings = new Findings();
        _case = LenientYaml.Read(Read("case.yaml") ?? "", name, findings) ?? [];
        Assert.Empty(findings.Problems);
        var unknown = _case.Select(p => p.Key).Except(["why", "base", "all", "selector", "workload", "profile", "start", "privilegedPorts", "force", "noHostAliases", "revision",
            "gateway", "gatewayService", "sshUser", "sshPort", "tokenLifetime", "memory", "cpus", "policy", "meshConfigMap", "injectConfigMap", "leave", "without"]);
        Assert.Empty(unknown);
    }

    public static string Root => Path.Combine(Checkout.Root, "tests", "Embark.Tests", "cases");

    public static IEnumerable<string> Names => Directory.EnumerateDirectories(Root).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    public string ExpectedFile => Path.Combine(_folder, "expected.txt");

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        string[] yaml = [Base(), Read("cluster.yaml") ?? ""];
        await using var cluster = await TestCluster.StartAsync(cancellationToken, yaml);
        var reader = new MeshReader(cluster.Client, Options());
        try
        {
            if (Flag("all")) await ManyAsync(reader, text, cancellationToken);
            else await OneAsync(reader, text, cancellationToken);
        }
        catch (InvalidInputException refused)
        {
            Refused(text, refused);
        }
        return Version().Replace(text.ToString(), "\"resourceVersion\": \"<version>\"");
    }

    /// <summary>Counts every object that was loaded before.</summary>
    [GeneratedRegex("\"resourceVersion\": \"[0-9]+\"")]
    private static partial Regex Version();

    private async Task OneAsync(MeshReader reader, StringBuilder text, CancellationToken cancellationToken)
    {
        var name = (Text("workload") ?? "ratings-vm.bookinfo").Split('.');
        if (Flag("leave"))
        {
            Planned(text, Planner.ToLeave(await reader.FindWorkloadAsync(new(name[^1], string.Join('.', name[..^1])), cancellationToken), null));
            return;
        }
        var (workload, mesh) = await Both.Async(
            token => reader.FindWorkloadAsync(new(name[^1], string.Join('.', name[..^1])), token), token => reader.ReadAsync(name[^1], token), cancellationToken);
        Planned(text, Planner.For(mesh, workload, null));
    }

    private async Task ManyAsync(MeshReader reader, StringBuilder text, CancellationToken cancellationToken)
    {
        var mesh = await reader.ReadAsync("bookinfo", cancellationToken);
        foreach (var reading in SameVm.Refuse(await reader.FindWorkloadsAsync("bookinfo", Text("selector"), cancellationToken)))
        {
            text.Append(CultureInfo.InvariantCulture, $"## {reading.Name}\n");
            try
            {
                Planned(text, Planner.For(mesh, reading.Required(), null));
            }
            catch (InvalidInputException refused)
            {
                Refused(text, refused);
            }
        }
    }

    private static void Planned(StringBuilder text, Plan plan)
    {
        foreach (var warning in plan.Warnings) text.Append(CultureInfo.InvariantCulture, $"warning: {warning}\n");
        text.Append(PrintSink.Text(plan));
    }

    private static void Refused(StringBuilder text, InvalidInputException refused)
    {
        text.Append(CultureInfo.InvariantCulture, $"refused, exit {(int)refused.Failure}: {refused.Message}\n");
        foreach (var problem in refused.Problems) text.Append(CultureInfo.InvariantCulture, $"- {problem}\n");
    }

    private MeshReaderOptions Options() => new()
    {
        SshUser = Text("sshUser") ?? "operator",
        OnlyToReach = Flag("leave"),
        SshPort = (int)(_case["sshPort"]?.GetValue<long>() ?? 22),
        Revision = Text("revision"),
        Gateway = Text("gateway") is { } gateway ? GatewayAddress.Parse(gateway) : null,
        GatewayService = Text("gatewayService")?.Split('.') is [var name, var ns] ? new NamespacedName(ns, name) : null,
        MeshConfigMap = Text("meshConfigMap"),
        InjectorConfigMap = Text("injectConfigMap"),
        Policy = Text("policy") is { } policy ? Policy.Parse(policy, "policy.yaml") : Policy.None,
        Join = new()
        {
            Profile = Text("profile") == "tetrate" ? Profile.Tetrate : Profile.Modern,
            StartProxy = _case["start"] is null || Flag("start"),
            PrivilegedPorts = Flag("privilegedPorts"),
            Force = Flag("force"),
            NoHostAliases = Flag("noHostAliases"),
            Memory = Text("memory"),
            Cpus = Text("cpus"),
            TokenLifetime = Text("tokenLifetime") is { } life ? TimeSpan.Parse(life, CultureInfo.InvariantCulture) : null,
        },
    };

    private string Base() => Without(File.ReadAllText(Path.Combine(Root, $"base-{Text("base")}.yaml")), [.. (_case["without"] as JsonArray ?? []).Select(w => w!.GetValue<string>())]);

    /// <summary>YAML without the objects that are named as <c>Kind name</c>.</summary>
    internal static string Without(string yaml, IReadOnlyList<string> names) => string.Join("\n---\n", yaml.Split("\n---\n").Where(document => !names.Select(n => n.Split(' '))
        .Any(n => document.Contains($"kind: {n[0]}\n", StringComparison.Ordinal) && (document.Contains($"name: {n[1]},", StringComparison.Ordinal) || document.Contains($"name: {n[1]}\n", StringComparison.Ordinal)))));

    private string? Text(string field) => _case[field]?.GetValue<string>();

    private bool Flag(string field) => _case[field]?.GetValue<bool>() == true;

    private string? Read(string file) => Path.Combine(_folder, file) is var path && File.Exists(path) ? File.ReadAllText(path) : null;
}
