using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Access;

/// <summary>Answers from the Role and Binding objects in the store; members of <c>system:masters</c> may do anything.</summary>
internal sealed class Rbac(ObjectStore store)
{
    public bool Allows(UserInfo user, AccessRequest request) =>
        user.Groups.Contains(UserInfo.Masters) || RulesFor(user, request.Namespace).Any(rule => rule.Allows(request));

    /// <summary>Rules the user has in the namespace, those of the whole cluster included.</summary>
    public IEnumerable<PolicyRule> RulesFor(UserInfo user, string @namespace)
    {
        var bindings = store.List(BuiltInResources.ClusterRoleBindings, null).Items;
        if (@namespace.Length > 0)
            bindings = bindings.Concat(store.List(BuiltInResources.RoleBindings, @namespace).Items);
        foreach (var binding in bindings)
        {
            if (!binding.Value.Items("subjects").Any(subject => Is(user, subject, binding.Namespace)))
                continue;
            var role = binding.Value.Text("roleRef", "kind") == "Role"
                ? store.Find(BuiltInResources.Roles, binding.Namespace, binding.Value.Text("roleRef", "name") ?? "")
                : store.Find(BuiltInResources.ClusterRoles, "", binding.Value.Text("roleRef", "name") ?? "");
            foreach (var rule in role?.Value.Items("rules").OfType<JsonObject>() ?? [])
                yield return new(rule);
        }
    }

    public static StatusException Refusal(UserInfo user, AccessRequest request)
    {
        if (request.Path is { } path)
            return new(403, "Forbidden", $"forbidden: User \"{user.Name}\" cannot {request.Verb} path \"{path}\"", new JsonObject());
        var where = request.Namespace.Length > 0 ? $"in the namespace \"{request.Namespace}\"" : "at the cluster scope";
        return Statuses.Forbidden(
            new(request.Group, request.Resource), request.Name,
            $"User \"{user.Name}\" cannot {request.Verb} resource \"{request.FullResource}\" in API group \"{request.Group}\" {where}");
    }

    private static bool Is(UserInfo user, JsonNode? subject, string bindingNamespace) => subject.Text("kind") switch
    {
        "User" => subject.Text("name") == user.Name,
        "Group" => user.Groups.Contains(subject.Text("name") ?? ""),
        "ServiceAccount" => user.Name == $"system:serviceaccount:{subject.Text("namespace") ?? bindingNamespace}:{subject.Text("name")}",
        _ => false,
    };
}
