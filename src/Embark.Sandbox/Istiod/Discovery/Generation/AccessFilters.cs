using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Rbac;
using Google.Protobuf.WellKnownTypes;
using HttpRbac = Embark.Sandbox.Istiod.Protos.HttpRbac.RBAC;
using NetworkRbac = Embark.Sandbox.Istiod.Protos.NetworkRbac.RBAC;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>RBAC filters from the AuthorizationPolicies that cover a workload: what denies comes before what allows.</summary>
internal static class AccessFilters
{
    public static IEnumerable<HttpFilter> Http(ProxyScope scope) => Of(scope, http: true)
        .Select(rules => new HttpFilter { Name = "envoy.filters.http.rbac", TypedConfig = Any.Pack(new HttpRbac { Rules = rules }) });

    public static IEnumerable<Filter> Network(ProxyScope scope) => Of(scope, http: false)
        .Select(rules => new Filter { Name = "envoy.filters.network.rbac", TypedConfig = Any.Pack(new NetworkRbac { Rules = rules, StatPrefix = "tcp." }) });

    private static IEnumerable<RBAC> Of(ProxyScope scope, bool http)
    {
        var covering = scope.Mesh.AuthorizationPolicies.Where(policy => policy.Covers(scope.Proxy.Namespace, scope.Labels, scope.Settings.RootNamespace)).ToList();
        foreach (var (action, name) in new[] { (AccessAction.Deny, RBAC.Types.Action.Deny), (AccessAction.Allow, RBAC.Types.Action.Allow) })
        {
            var some = covering.Where(policy => policy.Action == action).ToList();
            if (some.Count == 0)
                continue;
            var rules = new RBAC { Action = name };
            foreach (var policy in some)
                for (var i = 0; i < policy.Rules.Count; i++)
                    if (new AccessTerms(http, action == AccessAction.Deny).Of(policy.Rules[i]) is { } made)
                        rules.Policies[$"ns[{policy.Head.Namespace}]-policy[{policy.Head.Name}]-rule[{i}]"] = made;
            yield return rules;
        }
    }
}
