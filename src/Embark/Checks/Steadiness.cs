using System.Globalization;

namespace Embark.Checks;

/// <summary>
/// What changed between two looks at a proxy that was well. A control plane that is lost shows nowhere else: both probes stay at 200 and traffic flows
/// until the certificate ends (decision 35, failure row 94).
/// </summary>
internal static class Steadiness
{
    private static readonly string[] Managers = ["cluster_manager.cds", "listener_manager.lds"];

    public static CheckResult Between(ProxyReading first, ProxyReading last)
    {
        var seconds = (last.Clock - first.Clock).TotalSeconds;
        var watched = string.Create(CultureInfo.InvariantCulture, $"in the {seconds:0} s it was watched");
        if (first.StartedAt != last.StartedAt || first.Restarts != last.Restarts)
            return CheckResult.Failed(Titles.Steady, $"the container began anew {watched}", "see why in its log");
        if (Grown("update_rejected") is > 0 and var rejected)
            return CheckResult.Failed(Titles.Steady, string.Create(CultureInfo.InvariantCulture, $"{rejected} updates were rejected {watched}"), "see `config rejected` in the proxy's log");
        if (Grown("update_failure") is > 0 and var failed)
            return CheckResult.Failed(Titles.Steady, string.Create(CultureInfo.InvariantCulture, $"istiod was asked and did not answer: {failed} updates failed {watched}"), Fix);
        return CheckResult.Ok(Titles.Steady, $"istiod was there, and every update was taken, {watched}");

        long Grown(string counter) => Managers.Sum(manager => last.Stat($"{manager}.{counter}") - first.Stat($"{manager}.{counter}"));
    }

    public static KnownCause? Cause(CheckResult steady) => steady is { Outcome: CheckOutcome.Failed, Fix: Fix } ? new("istiod-lost", steady.Seen, Fix) : null;

    private const string Fix = "see that istiod and the VM gateway run; the proxy goes on with what it has, until its certificate ends";
}
