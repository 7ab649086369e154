using System.Text;
using System.Text.Json;

namespace Embark.Mesh;

/// <summary>Values of the sidecar injector (ConfigMap key <c>values</c>), by path; everything else in them is ignored (sidecar-bootstrap 3.2).</summary>
internal sealed class InjectorValues(JsonElement root, string where, Findings findings)
{
    /// <summary>Null, and a problem, when the text is no JSON.</summary>
    public static InjectorValues? Read(string text, string where, Findings findings)
    {
        if (Encoding.UTF8.GetByteCount(text) is > Grammar.FileCap and var size)
        {
            findings.Refuse(where, $"has {size} bytes; the limit is {Grammar.FileCap}", "make it smaller");
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return new(document.RootElement.Clone(), where, findings);
            findings.Refuse(where, "is not a JSON object", "reinstall or repair the injector's ConfigMap");
        }
        catch (JsonException wrong)
        {
            findings.Refuse(where, $"is not valid JSON: line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine}", "reinstall or repair the injector's ConfigMap");
        }
        return null;
    }

    /// <summary>A string of that grammar; null when absent or empty.</summary>
    public string? Text(string path, FieldGrammar grammar)
    {
        if (JsonPath.At(root, path) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.String)
        {
            findings.Refuse($"{where} {path}", $"is {Printable.Text(value.GetRawText(), 80)}, not a string", "quote the value");
            return null;
        }
        return Checked(path, value.GetString()!, grammar);
    }

    /// <summary>A string or a number exactly as it is written: <c>1.30</c> stays <c>1.30</c>, where a number would become 1.3.</summary>
    public string? AsWritten(string path, FieldGrammar grammar) => JsonPath.At(root, path) switch
    {
        { ValueKind: JsonValueKind.Number } number => Checked(path, number.GetRawText(), grammar),
        _ => Text(path, grammar),
    };

    private string? Checked(string path, string value, FieldGrammar grammar)
    {
        if (value.Length == 0) return null;
        if (grammar.Accepts(value)) return value;
        findings.Refuse($"{where} {path}", $"\"{Printable.Text(value)}\" must be {grammar.Description}", "correct the value in the mesh's installation");
        return null;
    }
}
