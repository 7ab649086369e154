using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>What a policy does with a request that one of its rules matches.</summary>
internal enum AccessAction { Allow, Deny }

/// <summary>An Istio AuthorizationPolicy.</summary>
/// <param name="Selector">Null: for the whole namespace, or the whole mesh in the root namespace.</param>
/// <param name="Action">Null for actions that only watch, or that ask somebody outside: they are not served.</param>
/// <param name="Rules">Empty: matches nothing, so that an allowing policy lets nobody in.</param>
internal sealed record AuthorizationPolicy(
    ObjectHead Head, IReadOnlyDictionary<string, string>? Selector, AccessAction? Action, IReadOnlyList<AccessRule> Rules)
{
    public static AuthorizationPolicy Read(JsonObject from)
    {
        var selector = from.Map("spec", "selector", "matchLabels");
        AccessAction? action = (from.Text("spec", "action") ?? "ALLOW") switch { "ALLOW" => AccessAction.Allow, "DENY" => AccessAction.Deny, _ => null };
        return new AuthorizationPolicy(ObjectHead.Of(from), selector.Count > 0 ? selector : null, action, [.. from.Items("spec", "rules").Select(AccessRule.Read)]);
    }

    /// <summary>True when it holds for a workload.</summary>
    public bool Covers(string @namespace, IReadOnlyDictionary<string, string> labels, string rootNamespace) =>
        (Head.Namespace == @namespace || Head.Namespace == rootNamespace) && (Selector is null || labels.Match(Selector));
}

/// <summary>One rule: who, what, and on which further conditions. An empty list asks for nothing.</summary>
internal sealed record AccessRule(IReadOnlyList<JsonNode> Sources, IReadOnlyList<JsonNode> Operations, IReadOnlyList<AccessCondition> Conditions)
{
    public static AccessRule Read(JsonNode? from) => new(
        [.. from.Items("from").Select(item => item.At("source")).OfType<JsonNode>()],
        [.. from.Items("to").Select(item => item.At("operation")).OfType<JsonNode>()],
        [.. from.Items("when").Select(item => new AccessCondition(item.Text("key") ?? "", [.. item.Texts("values")], [.. item.Texts("notValues")]))]);
}

internal sealed record AccessCondition(string Key, IReadOnlyList<string> Values, IReadOnlyList<string> NotValues);
