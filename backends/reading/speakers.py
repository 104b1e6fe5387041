"""What interviewers and candidates are called in other languages, in small letters.

A model that writes a dialogue puts these names before each turn, in the language it speaks.
"""

INTERVIEWERS = (
    # Chinese, Japanese, Korean
    "面试官|面試官|采访者|採訪者|面接官|面接担当者|インタビュアー|면접관|인터뷰어"
    # Spanish, Portuguese, French, Italian
    "|entrevistador|entrevistadora|reclutador|reclutadora|recrutador|recrutadora|intervieweur"
    "|intervieweuse|recruteur|recruteuse|intervistatore|intervistatrice|selezionatore|selezionatrice"
    # German, Dutch, Polish, Turkish
    "|interviewerin|interviewster|recruiterin|rekruter|rekruterka|osoba rekrutująca"
    "|görüşmeci|mülakatçı|mülakatı yapan"
    # Russian, Arabic
    "|интервьюер|рекрутер|المحاور|المحاورة|المُحاور|محاور|مجري المقابلة"
)
CANDIDATES = (
    "候选人|候選人|应聘者|應聘者|求职者|求職者|面试者|面試者|候補者|応募者|受験者|지원자|후보자|응시자"
    "|candidato|candidata|entrevistado|entrevistada|candidat|candidate|intervistato|intervistata"
    "|kandidat|kandidatin|bewerber|bewerberin|kandidaat|sollicitant|kandydat|kandydatka|aday"
    "|кандидат|соискатель|المرشح|المرشحة|المتقدم|المترشح"
)
ASSISTANTS = (
    "助手|助理|アシスタント|어시스턴트|asistente|assistente|assistent|asystent|asistan|ассистент"
    "|المساعد"
)
USERS = (
    "用户|用戶|ユーザー|사용자|usuario|usuário|utilisateur|utente|benutzer|nutzer|gebruiker"
    "|użytkownik|kullanıcı|пользователь|المستخدم"
)
