using System.CommandLine;
using Embark.Cli.Commands;
using Embark.Cli.Output;
using Embark.Telemetry;

namespace Embark.Cli.Options;

/// <summary>Where the controller is, how far back to look, and how to print.</summary>
internal sealed class ControllerFlags
{
    public const string Variable = "EMBARK_CONTROLLER_URL";

    private readonly Option<string?> _controller = Flag.Text("--controller", "URL", $"address of the controller; else {Variable}, else its Service in the cluster, through the Kubernetes API");
    private readonly Option<TimeSpan?> _since = Flag.Duration("--since", "how far back, 5s to 1h; 1m if not given");
    private readonly Option<string?> _system = Flag.Text("--istioNamespace", "NAMESPACE", "namespace of istiod and the controller; istio-system if not given", "-i");
    private readonly Option<OutputFormat?> _format = OutputFlag.Make();
    private readonly ClusterFlags _cluster;

    public ControllerFlags(Command command)
    {
        command.Add(_controller);
        command.Add(_since);
        _cluster = new ClusterFlags(command, namespaced: false);
        command.Add(_system);
        command.Add(_format);
    }

    /// <exception cref="EmbarkException">What was said is wrong.</exception>
    public ControllerQuestion Read(ParseResult parsed, params IEnumerable<string> otherErrors)
    {
        List<string> errors = [.. otherErrors];
        var since = parsed.GetValue(_since) ?? TimeSpan.FromMinutes(1);
        if (since < TimeSpan.FromSeconds(5) || since > TimeSpan.FromHours(1)) errors.Add("--since is from 5s to 1h: the controller keeps no more");
        Uri? address = null;
        var (text, origin) = parsed.GetValue(_controller) is { } said ? (said, "--controller") : (Environment.GetEnvironmentVariable(Variable), Variable);
        if (!string.IsNullOrEmpty(text) && (!Uri.TryCreate(text, UriKind.Absolute, out address) || address is not { Scheme: "http" or "https" }))
            errors.Add($"{origin} \"{text}\": want an address such as http://127.0.0.1:8080");
        if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
        return new(address, _cluster.Read(parsed), parsed.GetValue(_system) ?? "istio-system", since, parsed.GetValue(_format) ?? OutputFormat.Table);
    }
}

/// <summary>What was asked for.</summary>
/// <param name="Address">The controller's; null for its Service in the cluster.</param>
/// <param name="Cluster">Which cluster, where there is no address.</param>
/// <param name="SystemNamespace">Namespace of the Service.</param>
/// <param name="Window">How far back.</param>
/// <param name="Format">How to print.</param>
internal sealed record ControllerQuestion(Uri? Address, Kubernetes.KubeconfigOptions Cluster, string SystemNamespace, TimeSpan Window, OutputFormat Format)
{
    /// <summary>Asks it.</summary>
    public async Task<T> AskAsync<T>(Terminal terminal, Func<MeshTraffic, Task<T>> ask)
    {
        if (Address is not null)
        {
            using var there = new ControllerAtUrl(Address);
            return await ask(new MeshTraffic(there));
        }
        using var connection = ClusterConnection.Open(Cluster, terminal, ControllerAtUrl.MostBytes);
        return await ask(new MeshTraffic(new ControllerInCluster(connection.Client, SystemNamespace)));
    }
}
