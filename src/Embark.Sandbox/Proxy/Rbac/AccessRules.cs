using Embark.Sandbox.Istiod.Protos.Rbac;
using Embark.Sandbox.Proxy.Listening;

namespace Embark.Sandbox.Proxy.Rbac;

/// <summary>The rules of one RBAC filter, made ready (envoy.config.rbac.v3.RBAC). What is not known refuses the whole configuration.</summary>
internal sealed class AccessRules
{
    private readonly bool _deny;
    private readonly IReadOnlyList<(string Name, Func<AccessQuestion, bool> Matches)> _policies;

    /// <exception cref="ConfigurationRejectedException">A rule cannot be honoured.</exception>
    public AccessRules(RBAC rules)
    {
        if (rules.Action is not (RBAC.Types.Action.Allow or RBAC.Types.Action.Deny))
            throw new ConfigurationRejectedException($"RBAC action {rules.Action} is not supported");
        _deny = rules.Action == RBAC.Types.Action.Deny;
        _policies = [.. rules.Policies.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key, Matcher(p.Value)))];
    }

    /// <summary>Null when it may pass; else Envoy's detail of the refusal.</summary>
    public string? Refusal(AccessQuestion question)
    {
        var matched = _policies.FirstOrDefault(policy => policy.Matches(question)).Name;
        return (matched is not null) == _deny ? $"rbac_access_denied_matched_policy[{matched ?? "none"}]" : null;
    }

    // One permission and one principal at least, of each.
    private static Func<AccessQuestion, bool> Matcher(Policy policy)
    {
        var (permissions, principals) = (policy.Permissions.Select(Permissions.Matcher).ToList(), policy.Principals.Select(Principals.Matcher).ToList());
        return question => permissions.Exists(p => p(question)) && principals.Exists(p => p(question));
    }
}
