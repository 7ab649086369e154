using Embark.Delivery;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Checks;

/// <summary>One look at the proxy: one script, its answers typed.</summary>
internal sealed class ProxyQuestion(VmOverSsh vm, ExpectedProxy expected)
{
    private const string Counters =
        @"^(cluster_manager\.cds|listener_manager\.lds)\.(update_success|update_rejected|update_failure)$|^cluster\.inbound.*upstream_rq_total$";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <exception cref="EmbarkException">The session was lost, or the answers make no sense.</exception>
    public async Task<ProxyReading> AskAsync(CancellationToken cancellationToken)
    {
        var cluster = expected.Call is { } call ? expected.ClusterOf(call.Service) : null;
        var result = await vm.Session.RunAsync(Script(), cancellationToken);
        try
        {
            return ProxyReadingParser.Read(result.Output.Split('\n').Where(line => line.Length > 0), cluster);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidOperationException or ArgumentException)
        {
            throw new EmbarkException(FailureClass.VmNotReady, $"VM {vm.Session.Target}: its answers make no sense ({e.Message}) {result.ErrorTail}".TrimEnd(),
                "log in there with ssh and see that `sh` and the usual tools work", e);
        }
    }

    private RemoteScript Script()
    {
        var workload = expected.Workload;
        var call = expected.Call;
        var dump = call is null ? "" : $"/config_dump?resource=dynamic_active_clusters&name_regex={Uri.EscapeDataString($"^outbound\\|{call.Value.Service.Port.ToText()}\\|\\|{expected.FullName(call.Value.Service).Replace(".", "\\.", StringComparison.Ordinal)}$")}";
        return new RemoteScript("look at the proxy", $"""
            dir={ShellQuote.Quote(workload.Vm.Directory ?? "")}
            entry={ShellQuote.Quote($"{workload.Name.Namespace}.{workload.Name.Name}")}
            admin={workload.Vm.Ports.Admin.ToText()} status={workload.Vm.Ports.Status.ToText()} readiness={workload.Vm.Ports.Readiness.ToText()}
            container={ShellQuote.Quote(workload.Vm.ContainerName)}
            stats={ShellQuote.Quote($"/stats?filter={Uri.EscapeDataString(Counters)}")}
            dump={ShellQuote.Quote(dump)}
            address={ShellQuote.Quote(call?.Bind ?? "")}
            port={(call?.Service.Port ?? 0).ToText()}
            host={ShellQuote.Quote(call is { } c ? $"{c.Service.Name.Name}.{c.Service.Name.Namespace}:{c.Service.Port.ToText()}" : "")}
            path=/
            istiod={ShellQuote.Quote(expected.Istiod?.Host ?? "")}
            istiod_port={(expected.Istiod?.Port ?? 0).ToText()}
            {ShellLibrary.Proof}
            """, Limit) { Failure = FailureClass.NotJoined };
    }
}
