using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Schemas;

namespace Embark.Sandbox.ApiServer.Operations;

/// <summary>Defaults an object and refuses it when it is wrong.</summary>
internal sealed class Admission(Defaults defaults)
{
    /// <summary>Changes <paramref name="value"/> to what is stored.</summary>
    public void Admit(ApiResource resource, string version, JsonObject value, JsonObject? previous, WriteOptions options)
    {
        Check(resource, version, value, options);
        value["apiVersion"] = resource.StorageVersion;
        defaults.Apply(resource, value, previous);
        var errors = MetadataRules.Check(resource, value).ToList();
        if (resource.Schema is { } schema)
        {
            StructuralSchema.Default(value, schema);
            StructuralSchema.Validate(value, schema, "", errors);
        }
        errors.AddRange(BuiltInRules.Check(resource, value, previous));
        if (errors.Count > 0)
            throw Statuses.Invalid(resource.Group, resource.Kind, value.Name, errors);
    }

    /// <summary>Removes unknown fields, and says so in the way that was asked for.</summary>
    public static void Check(ApiResource resource, string version, JsonObject value, WriteOptions options)
    {
        if (resource.Schema is not { } schema)
            return;
        var unknown = new List<string>();
        StructuralSchema.Prune(value, schema, unknown);
        if (unknown.Count == 0)
            return;
        var texts = unknown.Select(field => $"unknown field \"{field}\"").ToArray();
        if (options.FieldValidation == FieldValidation.Strict)
            throw Statuses.BadRequest(
                $"{resource.Kind} in version \"{version}\" cannot be handled as a {resource.Kind}: strict decoding error: {string.Join(", ", texts)}");
        if (options.FieldValidation == FieldValidation.Warn)
            options.Warnings.AddRange(texts);
    }
}
