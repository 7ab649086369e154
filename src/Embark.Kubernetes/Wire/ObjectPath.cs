using System.Text;
using Embark.Kubernetes.Transport;

namespace Embark.Kubernetes.Wire;

/// <summary>Builds the paths of the API; names go in whole or not at all.</summary>
internal static class ObjectPath
{
    /// <summary>The longest name that Kubernetes gives to anything (DNS-1123 subdomain).</summary>
    private const int MaxName = 253;

    public static ApiRequest One<T>(HttpMethod method, string verb, ResourceKind<T> kind, string? @namespace, string name, string query = "")
        where T : class
    {
        var path = new StringBuilder(Collection(kind, @namespace)).Append('/').Append(Segment(name, "name"));
        if (kind.Subresource is { } part)
            path.Append('/').Append(part);
        return new ApiRequest(method, path.Append(query).ToString(), Action(verb, kind, @namespace, name));
    }

    public static ApiRequest All<T>(HttpMethod method, string verb, ResourceKind<T> kind, string? @namespace, string query = "")
        where T : class => new(method, Collection(kind, @namespace) + query, Action(verb, kind, @namespace, null));

    public static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return query.ToString();
    }

    /// <summary>Refuses what would make another path. Source: Kubernetes apimachinery, api/validation/path.</summary>
    public static string Segment(string value, string what)
    {
        if (value is "" or "." or ".." || value.Length > MaxName || value.Any(c => c is '/' or '%' or '\\' || char.IsControl(c)))
            throw new KubernetesException(KubernetesFailure.Invalid, $"\"{Shown(value)}\" is not a {what} of a Kubernetes object", "use letters, digits, '-' and '.', at most 253 of them");
        return Uri.EscapeDataString(value);
    }

    private static string Collection<T>(ResourceKind<T> kind, string? @namespace)
        where T : class
    {
        var root = kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
        return @namespace is null || !kind.Namespaced
            ? $"{root}/{kind.Plural}"
            : $"{root}/namespaces/{Segment(@namespace, "namespace")}/{kind.Plural}";
    }

    private static ApiAction Action<T>(string verb, ResourceKind<T> kind, string? @namespace, string? name)
        where T : class => new(verb, kind.Group, kind.Subresource is { } part ? $"{kind.Plural}/{part}" : kind.Plural, kind.Namespaced ? @namespace : null, name);

    private static string Shown(string value) =>
        string.Concat(value.Take(60).Select(c => char.IsControl(c) ? '?' : c)) + (value.Length > 60 ? "…" : "");
}
