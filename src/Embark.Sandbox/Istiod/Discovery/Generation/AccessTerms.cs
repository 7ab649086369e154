using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Rbac;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>
/// One rule of an AuthorizationPolicy in Envoy's terms. What cannot be told from a connection, or is not known here, must never open a door: a
/// rule that allows is left out then, and one that denies goes without that condition, so that it denies more.
/// </summary>
internal sealed class AccessTerms(bool http, bool deny)
{
    private static readonly string[] s_sources = ["principals", "namespaces", "ipBlocks"];
    private static readonly string[] s_operations = ["hosts", "ports", "methods", "paths"];
    private bool _lost;

    /// <summary>Null when the rule cannot be kept.</summary>
    public Policy? Of(AccessRule rule)
    {
        var conditions = rule.Conditions.SelectMany(Condition).ToList();
        var policy = new Policy();
        foreach (var source in rule.Sources.Count > 0 ? rule.Sources : [new JsonObject()])
            policy.Principals.Add(All([.. Parts(source, s_sources, AccessValues.Principal, Any, Not), .. conditions.OfType<Principal>()]));
        foreach (var operation in rule.Operations.Count > 0 ? rule.Operations : [new JsonObject()])
            policy.Permissions.Add(All([.. Parts(operation, s_operations, AccessValues.Permission, Any, Not), .. conditions.OfType<Permission>()]));
        return _lost && !deny ? null : policy;
    }

    // "paths" and "notPaths": one of the first, none of the second.
    private IEnumerable<T> Parts<T>(JsonNode from, string[] known, Func<string, string, bool, T?> value, Func<IEnumerable<T>, T> any, Func<T, T> not)
        where T : class
    {
        foreach (var (name, _) in (JsonObject)from)
        {
            var negative = name.StartsWith("not", StringComparison.Ordinal);
            var plain = negative ? char.ToLowerInvariant(name[3]) + name[4..] : name;
            var values = known.Contains(plain) ? from.Texts(name).Select(text => value(plain, text, http)).ToList() : [null];
            if (values.Contains(null))
                _lost = true;
            else if (values.Count > 0)
                yield return negative ? not(any(values.OfType<T>())) : any(values.OfType<T>());
        }
    }

    private IEnumerable<object> Condition(AccessCondition condition)
    {
        foreach (var (values, negative) in new[] { (condition.Values, false), (condition.NotValues, true) })
        {
            var made = values.Select(value => AccessValues.Condition(condition.Key, value, http)).ToList();
            if (made.Contains(null))
                _lost = true;
            else if (made is [Principal, ..] && Any(made.Cast<Principal>()) is var who)
                yield return negative ? Not(who) : who;
            else if (made is [Permission, ..] && Any(made.Cast<Permission>()) is var what)
                yield return negative ? Not(what) : what;
        }
    }

    private static Principal All(List<Principal> ids) =>
        ids.Count == 0 ? new Principal { Any = true } : new Principal { AndIds = new Principal.Types.Set { Ids = { ids } } };

    private static Permission All(List<Permission> rules) =>
        rules.Count == 0 ? new Permission { Any = true } : new Permission { AndRules = new Permission.Types.Set { Rules = { rules } } };

    private static Principal Any(IEnumerable<Principal> ids) => new() { OrIds = new Principal.Types.Set { Ids = { ids } } };

    private static Permission Any(IEnumerable<Permission> rules) => new() { OrRules = new Permission.Types.Set { Rules = { rules } } };

    private static Principal Not(Principal id) => new() { NotId = id };

    private static Permission Not(Permission rule) => new() { NotRule = rule };
}
