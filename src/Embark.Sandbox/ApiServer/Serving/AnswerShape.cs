using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>In what form the client wants objects.</summary>
internal enum AnswerShape
{
    Object,
    Table,
    Metadata,
}

/// <summary>Reads the Accept header. Protobuf is passed over: where JSON is named too, JSON is sent.</summary>
internal static class Accepting
{
    public static AnswerShape Shape(string accept)
    {
        if (accept.Length == 0)
            return AnswerShape.Object;
        foreach (var clause in accept.Split(','))
        {
            var parts = clause.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "application/*" or "*/*"))
                continue;
            switch (parts.FirstOrDefault(part => part.StartsWith("as=", StringComparison.Ordinal))?[3..])
            {
                case null:
                    return AnswerShape.Object;
                case "Table":
                    return AnswerShape.Table;
                case "PartialObjectMetadata" or "PartialObjectMetadataList":
                    return AnswerShape.Metadata;
                default:
                    continue;
            }
        }
        throw Statuses.NotAcceptable(["application/json"]);
    }

    public static bool WantsAggregatedDiscovery(string accept) => accept.Split(',').Any(clause =>
        clause.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal) && clause.Contains("v=v2", StringComparison.Ordinal)
        && !clause.Contains("v=v2beta1", StringComparison.Ordinal) && clause.TrimStart().StartsWith("application/json", StringComparison.Ordinal));
}
