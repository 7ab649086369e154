using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Sandbox.ApiServer.Operations;

/// <summary>What names, labels and annotations may look like. Source: k8s.io/apimachinery pkg/util/validation, pkg/api/validation.</summary>
internal static partial class MetadataRules
{
    private const string SubdomainDetail =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelDetail =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string ValueDetail =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    public static IEnumerable<FieldError> Check(ApiResource resource, JsonObject value)
    {
        var name = value.Name;
        if (name.Length == 0)
            yield return FieldError.Required("metadata.name", "name or generateName is required");
        else if (resource.Group == "rbac.authorization.k8s.io")
        {
            if (name is "." or ".." || name.Contains('/', StringComparison.Ordinal) || name.Contains('%', StringComparison.Ordinal))
                yield return FieldError.Invalid("metadata.name", name, "may not contain '/' or '%'");
        }
        else if (resource.Id == BuiltInResources.Namespaces || resource.Id == BuiltInResources.Services)
        {
            if (name.Length > 63 || !Label().IsMatch(name))
                yield return FieldError.Invalid("metadata.name", name, LabelDetail);
        }
        else if (name.Length > 253 || !Subdomain().IsMatch(name))
        {
            yield return FieldError.Invalid("metadata.name", name, SubdomainDetail);
        }
        foreach (var error in CheckTexts(value, "labels").Concat(CheckTexts(value, "annotations")))
            yield return error;
    }

    private static IEnumerable<FieldError> CheckTexts(JsonObject value, string field)
    {
        if (value.At("metadata", field) is not { } node)
            yield break;
        if (node is not JsonObject map)
        {
            yield return FieldError.TypeInvalid($"metadata.{field}", node, "must be an object");
            yield break;
        }
        foreach (var (key, text) in map)
        {
            if (!QualifiedName().IsMatch(key))
                yield return FieldError.Invalid($"metadata.{field}", key, "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character");
            if (text.Text() is not { } plain)
                throw Statuses.BadRequest($"json: cannot unmarshal {field} \"{key}\" into Go struct field ObjectMeta.metadata.{field} of type string");
            if (field == "labels" && (plain.Length > 63 || !LabelValue().IsMatch(plain)))
                yield return FieldError.Invalid("metadata.labels", plain, ValueDetail);
        }
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"\A(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"\A([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex QualifiedName();
}
