namespace Embark.Sandbox.ApiServer.Protobuf;

/// <summary>One field of a message: its name in JSON, its type, and whether it is repeated or means something when empty.</summary>
internal sealed record ProtobufField(string Name, string Type, bool Repeated, bool KeepsEmpty);

/// <summary>
/// Field numbers of the messages that kubectl sends as protobuf (its typed clients do). Source: generated.proto of k8s.io/api and
/// k8s.io/apimachinery. Types: s text, i number, b true or false, y bytes, map or ymap of them by name, time, int-or-string, or
/// another message; <c>*</c> is repeated, <c>?</c> is a pointer in Go, so that an empty value was set on purpose.
/// </summary>
internal static class ProtobufFields
{
    private const string Table = """
        ObjectMeta 1:name:s 2:generateName:s 3:namespace:s 5:uid:s 6:resourceVersion:s 7:generation:i 8:creationTimestamp:time 9:deletionTimestamp:time 11:labels:map 12:annotations:map 13:ownerReferences:OwnerReference* 14:finalizers:s*
        OwnerReference 1:kind:s 3:name:s 4:uid:s 5:apiVersion:s 6:controller:b? 7:blockOwnerDeletion:b?
        DeleteOptions 1:gracePeriodSeconds:i? 2:preconditions:Preconditions 3:orphanDependents:b? 4:propagationPolicy:s 5:dryRun:s*
        Preconditions 1:uid:s 2:resourceVersion:s
        TokenRequest 1:metadata:ObjectMeta 2:spec:TokenRequestSpec
        TokenRequestSpec 1:audiences:s* 3:boundObjectRef:BoundObjectReference 4:expirationSeconds:i?
        BoundObjectReference 1:kind:s 2:apiVersion:s 3:name:s 4:uid:s
        TokenReview 1:metadata:ObjectMeta 2:spec:TokenReviewSpec
        TokenReviewSpec 1:token:s 2:audiences:s*
        SelfSubjectReview 1:metadata:ObjectMeta
        SelfSubjectAccessReview 1:metadata:ObjectMeta 2:spec:SelfSubjectAccessReviewSpec
        SelfSubjectAccessReviewSpec 1:resourceAttributes:ResourceAttributes 2:nonResourceAttributes:NonResourceAttributes
        SubjectAccessReview 1:metadata:ObjectMeta 2:spec:SubjectAccessReviewSpec
        LocalSubjectAccessReview 1:metadata:ObjectMeta 2:spec:SubjectAccessReviewSpec
        SubjectAccessReviewSpec 1:resourceAttributes:ResourceAttributes 2:nonResourceAttributes:NonResourceAttributes 3:user:s 4:groups:s* 6:uid:s
        ResourceAttributes 1:namespace:s 2:verb:s 3:group:s 4:version:s 5:resource:s 6:subresource:s 7:name:s
        NonResourceAttributes 1:path:s 2:verb:s
        SelfSubjectRulesReview 1:metadata:ObjectMeta 2:spec:SelfSubjectRulesReviewSpec
        SelfSubjectRulesReviewSpec 1:namespace:s
        Namespace 1:metadata:ObjectMeta 2:spec:NamespaceSpec
        NamespaceSpec 1:finalizers:s*
        ConfigMap 1:metadata:ObjectMeta 2:data:map 3:binaryData:ymap 4:immutable:b?
        Secret 1:metadata:ObjectMeta 2:data:ymap 3:type:s 4:stringData:map 5:immutable:b?
        ServiceAccount 1:metadata:ObjectMeta 2:secrets:ObjectReference* 3:imagePullSecrets:LocalObjectReference* 4:automountServiceAccountToken:b?
        ObjectReference 1:kind:s 2:namespace:s 3:name:s 4:uid:s 5:apiVersion:s 6:resourceVersion:s 7:fieldPath:s
        LocalObjectReference 1:name:s
        Service 1:metadata:ObjectMeta 2:spec:ServiceSpec
        ServiceSpec 1:ports:ServicePort* 2:selector:map 3:clusterIP:s 4:type:s 5:externalIPs:s* 7:sessionAffinity:s 8:loadBalancerIP:s 10:externalName:s 11:externalTrafficPolicy:s 17:ipFamilyPolicy:s 18:clusterIPs:s* 19:ipFamilies:s* 20:allocateLoadBalancerNodePorts:b? 22:internalTrafficPolicy:s
        ServicePort 1:name:s 2:protocol:s 3:port:i 4:targetPort:int-or-string 5:nodePort:i 6:appProtocol:s
        Role 1:metadata:ObjectMeta 2:rules:PolicyRule*
        ClusterRole 1:metadata:ObjectMeta 2:rules:PolicyRule*
        PolicyRule 1:verbs:s* 2:apiGroups:s* 3:resources:s* 4:resourceNames:s* 5:nonResourceURLs:s*
        RoleBinding 1:metadata:ObjectMeta 2:subjects:Subject* 3:roleRef:RoleRef
        ClusterRoleBinding 1:metadata:ObjectMeta 2:subjects:Subject* 3:roleRef:RoleRef
        Subject 1:kind:s 2:apiGroup:s 3:name:s 4:namespace:s
        RoleRef 1:apiGroup:s 2:kind:s 3:name:s
        """;

    private static readonly Dictionary<string, Dictionary<int, ProtobufField>> _messages = Table.Split('\n').Select(line => line.Split(' '))
        .ToDictionary(words => words[0], words => words.Skip(1).Select(word => word.Split(':')).ToDictionary(parts => int.Parse(parts[0], null), parts => Field(parts[1], parts[2])));

    /// <summary>Null for a message that is not known.</summary>
    public static IReadOnlyDictionary<int, ProtobufField>? Of(string message) => _messages.GetValueOrDefault(message);

    private static ProtobufField Field(string name, string type) => new(name, type.TrimEnd('*', '?'), type.EndsWith('*'), type.EndsWith('?') || type.EndsWith('*'));
}
