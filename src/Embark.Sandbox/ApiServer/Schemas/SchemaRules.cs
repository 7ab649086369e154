using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Schemas;

/// <summary>Checks one value against its schema. Wording: k8s.io/kube-openapi pkg/validation, as kube-apiserver prints it.</summary>
internal static class SchemaRules
{
    public static void Check(JsonNode? value, JsonObject schema, string path, List<FieldError> errors)
    {
        if (value is null && schema.Flag("nullable"))
            return;
        if (!HasType(value, schema))
        {
            var found = TypeOf(value);
            errors.Add(FieldError.TypeInvalid(path, found, $"{path} in body must be of type {schema.Text("type")}: \"{found}\""));
            return;
        }
        if (schema["enum"] is JsonArray allowed && !allowed.Any(item => JsonNode.DeepEquals(item, value)))
            errors.Add(FieldError.NotSupported(path, value, allowed.Select(item => item?.ToString() ?? "null")));
        CheckText(value, schema, path, errors);
        CheckNumber(value, schema, path, errors);
        CheckCounts(value, schema, path, errors);
        CheckMembers(value, schema, path, errors);
        CheckAlternatives(value, schema, path, errors);
    }

    private static bool HasType(JsonNode? value, JsonObject schema) => schema.Flag("x-kubernetes-int-or-string")
        ? TypeOf(value) is "integer" or "string"
        : schema.Text("type") switch
        {
            null => true,
            "number" => TypeOf(value) is "number" or "integer",
            var type => TypeOf(value) == type,
        };

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => Number(value) is { } number && number == Math.Floor(number) ? "integer" : "number",
    };

    private static void CheckText(JsonNode? value, JsonObject schema, string path, List<FieldError> errors)
    {
        if (value.Text() is not { } text)
            return;
        if (schema.Number("maxLength") is { } longest && new StringInfo(text).LengthInTextElements > longest)
            errors.Add(new(path, "FieldValueTooLong", $"Too long: may not be more than {longest} bytes"));
        if (schema.Number("minLength") is { } shortest && text.Length < shortest)
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be at least {shortest} chars long"));
        if (schema.Text("pattern") is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should match '{pattern}'"));
        if (schema.Text("format") == "date-time" && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _))
            errors.Add(FieldError.Invalid(path, value, $"{path} in body must be of type date-time: {value!.ToJsonString()}"));
        if (schema.Text("format") == "byte" && !Convert.TryFromBase64String(text, new byte[Encoding.UTF8.GetByteCount(text)], out _))
            errors.Add(FieldError.Invalid(path, value, $"{path} in body must be of type byte: {value!.ToJsonString()}"));
    }

    private static void CheckNumber(JsonNode? value, JsonObject schema, string path, List<FieldError> errors)
    {
        if (Number(value) is not { } number)
            return;
        if (Number(schema["minimum"]) is { } least && number < least)
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be greater than or equal to {least}"));
        if (Number(schema["maximum"]) is { } most && number > most)
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be less than or equal to {most}"));
    }

    private static void CheckCounts(JsonNode? value, JsonObject schema, string path, List<FieldError> errors)
    {
        var (count, what) = value switch
        {
            JsonArray items => (items.Count, "Items"),
            JsonObject map => (map.Count, "Properties"),
            _ => (0, null),
        };
        if (what is null)
            return;
        var unit = what.ToLowerInvariant();
        if (schema.Number("max" + what) is { } most && count > most)
            errors.Add(new(path, "FieldValueTooMany", $"Too many: {count}: must have at most {most} {unit}"));
        if (schema.Number("min" + what) is { } least && count < least)
            errors.Add(FieldError.Invalid(path, count, $"{path} in body should have at least {least} {unit}"));
    }

    private static void CheckMembers(JsonNode? value, JsonObject schema, string path, List<FieldError> errors)
    {
        if (value is JsonObject map)
        {
            StructuralSchema.Validate(map, schema, path, errors);
            if (schema["additionalProperties"] is JsonObject other)
                foreach (var (name, member) in map)
                    Check(member, other, StructuralSchema.Join(path, name), errors);
        }
        else if (value is JsonArray items && schema["items"] is JsonObject each)
        {
            for (var i = 0; i < items.Count; i++)
                Check(items[i], each, $"{path}[{i}]", errors);
        }
    }

    private static void CheckAlternatives(JsonNode? value, JsonObject schema, string path, List<FieldError> errors)
    {
        if (schema["oneOf"] is JsonArray one && Fitting(one) is var fitting and not 1)
            errors.Add(FieldError.Invalid(
                path, value, $"{Quoted(path)} must validate one and only one schema (oneOf). Found {(fitting == 0 ? "none valid" : $"{fitting} valid alternatives")}"));
        if (schema["anyOf"] is JsonArray any && Fitting(any) == 0)
            errors.Add(FieldError.Invalid(path, value, $"{Quoted(path)} must validate at least one schema (anyOf)"));
        if (schema["not"] is JsonObject not && Fits(value, not, path))
            errors.Add(FieldError.Invalid(path, value, $"{Quoted(path)} must not validate the schema (not)"));
        foreach (var part in schema.Items("allOf").OfType<JsonObject>())
            Check(value, part, path, errors);

        int Fitting(JsonArray alternatives) => alternatives.OfType<JsonObject>().Count(alternative => Fits(value, alternative, path));
    }

    private static bool Fits(JsonNode? value, JsonObject schema, string path)
    {
        var errors = new List<FieldError>();
        Check(value, schema, path, errors);
        return errors.Count == 0;
    }

    private static string Quoted(string path) => $"\"{path}\"";

    private static double? Number(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number && double.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var number) ? number : null;
}
