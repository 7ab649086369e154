using System.Text.RegularExpressions;

namespace Embark.Checks;

/// <summary>One row of the table: fragments that must all stand in the log of one start, and what they mean.</summary>
/// <param name="Name">Short name that stays the same.</param>
/// <param name="Cause">What is wrong; <c>{group}</c> stands for what a fragment caught.</param>
/// <param name="Fix">What to do, with the same groups.</param>
/// <param name="Fragments">Patterns on one line each; lines differ in the rest between builds.</param>
internal sealed partial record KnownFailure(string Name, string Cause, string Fix, params string[] Fragments)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>A fragment that takes the fault back when it stands behind the last of <see cref="Fragments"/>; null for none.</summary>
    public string? HealedBy { get; init; }

    /// <summary>What else must hold, for faults that say the same words.</summary>
    public Func<IReadOnlyDictionary<string, string>, LogContext, bool>? When { get; init; }

    /// <summary>Null when the log says something else.</summary>
    public KnownCause? In(string log, LogContext context)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["mesh-cluster"] = context.ClusterName, ["instance-ip"] = context.InstanceIp };
        var last = -1;
        foreach (var fragment in Fragments)
        {
            if (Regex.Matches(log, fragment, RegexOptions.CultureInvariant | RegexOptions.Multiline, Limit) is not { Count: > 0 } matches) return null;
            last = Math.Max(last, matches[^1].Index);
            foreach (var group in matches[^1].Groups.Values.Where(g => g.Success)) values[group.Name] = Printable.Text(group.Value.Trim());
        }
        if (HealedBy is not null && log.LastIndexOf(HealedBy, StringComparison.Ordinal) > last) return null;
        if (When?.Invoke(values, context) == false) return null;
        return new KnownCause(Name, Filled(Cause), Filled(Fix));

        string Filled(string text) => Hole().Replace(text, hole => values.GetValueOrDefault(hole.Groups[1].Value, hole.Value));
    }

    [GeneratedRegex(@"\{([a-z-]+)\}")]
    private static partial Regex Hole();
}

/// <summary>What a row must know beside the log, to tell look-alikes apart.</summary>
/// <param name="ClusterName">Name of the cluster in the mesh's settings.</param>
/// <param name="InstanceIp">Address that the proxy shall bind.</param>
/// <param name="Inbound">Listeners that the Sidecar's ingress asks for, <c>address_port</c>.</param>
/// <param name="EgressBinds">Addresses that the Sidecar's egress binds.</param>
internal sealed record LogContext(string ClusterName, string InstanceIp, IReadOnlyCollection<string> Inbound, IReadOnlyCollection<string> EgressBinds);
