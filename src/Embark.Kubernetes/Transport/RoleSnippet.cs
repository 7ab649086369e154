namespace Embark.Kubernetes.Transport;

/// <summary>The right that an action needs, ready for kubectl apply.</summary>
internal static class RoleSnippet
{
    public static string For(ApiAction action)
    {
        var cluster = action.Namespace is null;
        var metadata = cluster ? "" : $"\n  namespace: {action.Namespace}";
        // A list, a watch, and a create of a whole object are not asked by name (Kubernetes RBAC: resourceNames).
        var names = action.Name is null || action.Verb is "list" or "watch" || (action.Verb == "create" && !action.Resource.Contains('/')) ? "" : $"\n  resourceNames: [\"{action.Name}\"]";
        return $"""
            ask for the right to {action.Verb} {action.Resource}: bind this {(cluster ? "ClusterRole" : "Role")} to your user
            apiVersion: rbac.authorization.k8s.io/v1
            kind: {(cluster ? "ClusterRole" : "Role")}
            metadata:
              name: {action.Verb}-{action.Resource.Replace('/', '-')}{metadata}
            rules:
            - apiGroups: ["{action.Group}"]
              resources: ["{action.Resource}"]
              verbs: ["{action.Verb}"]{names}
            """;
    }
}
