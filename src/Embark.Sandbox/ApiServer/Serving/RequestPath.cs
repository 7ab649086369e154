namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>A path such as <c>/apis/GROUP/VERSION/namespaces/NS/RESOURCE/NAME/SUBRESOURCE</c>, taken apart by its shape alone.</summary>
internal sealed record RequestPath(string Group, string Version, string Namespace, string Resource, string Name, string Subresource)
{
    /// <summary>Null for paths of another shape: discovery, /version and so on.</summary>
    public static RequestPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (group, version, rest) = parts switch
        {
            ["api", var v, .. var tail] => ("", v, tail),
            ["apis", var g, var v, .. var tail] => (g, v, tail),
            _ => ("", "", []),
        };
        return rest switch
        {
            [] => null,
            ["namespaces", var name, "status" or "finalize"] when group.Length == 0 => new(group, version, "", "namespaces", name, rest[2]),
            ["namespaces", var name] when group.Length == 0 => new(group, version, "", "namespaces", name, ""),
            ["namespaces", var ns, var resource] => new(group, version, ns, resource, "", ""),
            ["namespaces", var ns, var resource, var name] => new(group, version, ns, resource, name, ""),
            ["namespaces", var ns, var resource, var name, .. var sub] => new(group, version, ns, resource, name, string.Join('/', sub)),
            [var resource] => new(group, version, "", resource, "", ""),
            [var resource, var name] => new(group, version, "", resource, name, ""),
            [var resource, var name, .. var sub] => new(group, version, "", resource, name, string.Join('/', sub)),
        };
    }
}
