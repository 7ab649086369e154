using System.Text.Json.Nodes;

namespace Embark.Sandbox.ApiServer.Objects;

/// <summary>One wrong field. Wording: k8s.io/apimachinery pkg/util/validation/field.</summary>
internal sealed record FieldError(string Field, string Reason, string Message)
{
    public static FieldError Required(string field, string detail = "") =>
        new(field, "FieldValueRequired", detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError Invalid(string field, JsonNode? value, string detail) => new(field, "FieldValueInvalid", $"Invalid value: {Show(value)}: {detail}");

    public static FieldError TypeInvalid(string field, JsonNode? value, string detail) => new(field, "FieldValueTypeInvalid", $"Invalid value: {Show(value)}: {detail}");

    public static FieldError NotSupported(string field, JsonNode? value, IEnumerable<string> allowed) => new(
        field, "FieldValueNotSupported", $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", allowed.Select(item => $"\"{item}\""))}");

    public static FieldError Duplicate(string field, JsonNode? value) => new(field, "FieldValueDuplicate", $"Duplicate value: {Show(value)}");

    public static FieldError Forbidden(string field, string detail) => new(field, "FieldValueForbidden", $"Forbidden: {detail}");

    public JsonObject ToCause() => new() { ["reason"] = Reason, ["message"] = Message, ["field"] = Field };

    public override string ToString() => $"{Field}: {Message}";

    private static string Show(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "\"object\"",
        JsonArray => "\"array\"",
        _ => value.ToJsonString(),
    };
}
