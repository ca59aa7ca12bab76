// A badge with everything that a badge can say in terms of Open Badges 3.0, and the ids that results name.

export const GRADE = "https://meridian.example/results/grade";
export const SCORE = "https://meridian.example/results/score";
export const RUBRIC = "urn:example:rubric";
export const LEVELS = ["urn:example:rubric:seen", "urn:example:rubric:done", "urn:example:rubric:taught"];

const alignment = {
  type: ["Alignment"],
  ...{ targetName: "Position fixing", targetUrl: "https://framework.example/navigation/3", targetCode: "N.3" },
  ...{ targetDescription: "Finds a position.", targetFramework: "Seamanship", targetType: "CFItem" },
};

/** Members of a badge, in the shape in which the standard has them. */
export const FULL_CONTENT = {
  alignment: [alignment],
  resultDescription: [
    {
      ...{ id: GRADE, type: ["ResultDescription"], name: "Grade", resultType: "LetterGrade" },
      ...{ allowedValue: ["C", "B", "A"], requiredValue: "B" },
    },
    { id: SCORE, type: ["ResultDescription"], name: "Score", resultType: "Percent", valueMin: "0", valueMax: "100" },
    {
      ...{ id: RUBRIC, type: ["ResultDescription"], name: "Practice", resultType: "RubricCriterionLevel", alignment: [alignment] },
      requiredLevel: LEVELS[1],
      rubricCriterionLevel: LEVELS.map((id, i) => ({
        ...{ id, type: ["RubricCriterionLevel"], name: ["Seen", "Done", "Taught"][i], level: String(i), points: String(i * 5) },
      })),
    },
  ],
  ...{ creditsAvailable: 2.5, humanCode: "NAV-3", inLanguage: "en-GB" },
};
