namespace Embark.Sandbox.ApiServer.Resources;

/// <summary>The resources served without any CustomResourceDefinition.</summary>
internal static class BuiltInResources
{
    public static readonly GroupResource Namespaces = new("", "namespaces");
    public static readonly GroupResource Services = new("", "services");
    public static readonly GroupResource ServiceAccounts = new("", "serviceaccounts");
    public static readonly GroupResource ConfigMaps = new("", "configmaps");
    public static readonly GroupResource Secrets = new("", "secrets");
    public static readonly GroupResource Pods = new("", "pods");
    public static readonly GroupResource CustomResourceDefinitions = new("apiextensions.k8s.io", "customresourcedefinitions");
    public static readonly GroupResource Roles = new(Rbac, "roles");
    public static readonly GroupResource ClusterRoles = new(Rbac, "clusterroles");
    public static readonly GroupResource RoleBindings = new(Rbac, "rolebindings");
    public static readonly GroupResource ClusterRoleBindings = new(Rbac, "clusterrolebindings");

    public static IReadOnlyList<ApiResource> All { get; } =
    [
        Core("namespaces", "Namespace", "ns") with { Namespaced = false, HasStatus = true },
        Core("nodes", "Node", "no") with { Namespaced = false, HasStatus = true },
        Core("pods", "Pod", "po") with { HasStatus = true, Categories = ["all"] },
        Core("services", "Service", "svc") with { HasStatus = true, Categories = ["all"] },
        Core("configmaps", "ConfigMap", "cm"),
        Core("secrets", "Secret"),
        Core("serviceaccounts", "ServiceAccount", "sa"),
        Core("endpoints", "Endpoints", "ep"),
        Core("events", "Event", "ev"),
        Of("apps", "v1", "deployments", "Deployment", "deploy") with { HasStatus = true, HasGeneration = true, Categories = ["all"] },
        Of("apps", "v1", "replicasets", "ReplicaSet", "rs") with { HasStatus = true, HasGeneration = true, Categories = ["all"] },
        Of("apps", "v1", "statefulsets", "StatefulSet", "sts") with { HasStatus = true, HasGeneration = true, Categories = ["all"] },
        Of("apps", "v1", "daemonsets", "DaemonSet", "ds") with { HasStatus = true, HasGeneration = true, Categories = ["all"] },
        Of("batch", "v1", "jobs", "Job") with { HasStatus = true, HasGeneration = true, Categories = ["all"] },
        Of("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "pdb") with { HasStatus = true, HasGeneration = true },
        Of("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "hpa") with { HasStatus = true, Categories = ["all"] },
        Of("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice") with { HasGeneration = true },
        Of("networking.k8s.io", "v1", "ingresses", "Ingress", "ing") with { HasStatus = true, HasGeneration = true },
        Of("networking.k8s.io", "v1", "ingressclasses", "IngressClass") with { Namespaced = false, HasGeneration = true },
        Of("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", "netpol") with { HasGeneration = true },
        Of("coordination.k8s.io", "v1", "leases", "Lease"),
        Of("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration") with { Namespaced = false, HasGeneration = true },
        Of("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration") with { Namespaced = false, HasGeneration = true },
        Of("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", "crd", "crds") with { Namespaced = false, HasStatus = true, HasGeneration = true },
        Of(Rbac, "v1", "roles", "Role"),
        Of(Rbac, "v1", "rolebindings", "RoleBinding"),
        Of(Rbac, "v1", "clusterroles", "ClusterRole") with { Namespaced = false },
        Of(Rbac, "v1", "clusterrolebindings", "ClusterRoleBinding") with { Namespaced = false },
        Question("authentication.k8s.io", "tokenreviews", "TokenReview"),
        Question("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
        Question("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview"),
        Question("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        Question("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
        Question("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview") with { Namespaced = true },
    ];

    private const string Rbac = "rbac.authorization.k8s.io";

    private static ApiResource Core(string plural, string kind, params IReadOnlyList<string> shortNames) => Of("", "v1", plural, kind, shortNames);

    private static ApiResource Question(string group, string plural, string kind) =>
        Of(group, "v1", plural, kind) with { Namespaced = false, IsQuestion = true };

    private static ApiResource Of(string group, string version, string plural, string kind, params IReadOnlyList<string> shortNames) => new()
    {
        Group = group,
        Versions = [version],
        Plural = plural,
        Kind = kind,
        Singular = kind.ToLowerInvariant(),
        ShortNames = shortNames,
        Schema = BuiltInSchemas.Of(plural),
    };
}
